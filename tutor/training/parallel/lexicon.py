"""The words of the translator's grammar: English and Chinese side by side, and which go with which.

Every list of nouns says what makes sense: nobody eats a piano here, and nothing red is drunk.
"""

from __future__ import annotations

from tutor.engine.records import dataclass


@dataclass(frozen=True)
class Noun:
    """A noun. `classifier` is the measure word that counts it; `kind` is person, kin, animal, thing, mass or pair.

    A mass noun is counted in cups or bowls (`MEASURES`); a pair ("shoes") has only a plural.
    """

    one: str
    many: str
    chinese: str
    classifier: str
    kind: str


_NOUNS = {
    "person": """boy boys 男孩 个; girl girls 女孩 个; child children 孩子 个; baby babies 婴儿 个;
        student students 学生 个; man men 男人 个; woman women 女人 个; friend friends 朋友 个;
        teacher teachers 老师 位; doctor doctors 医生 位; nurse nurses 护士 位; farmer farmers 农民 位;
        driver drivers 司机 位; singer singers 歌手 位; artist artists 画家 位""",
    "kin": """mother mothers 妈妈 位; father fathers 爸爸 位; brother brothers 哥哥 个; sister sisters 妹妹 个;
        grandmother grandmothers 奶奶 位; grandfather grandfathers 爷爷 位""",
    "animal": """cat cats 猫 只; dog dogs 狗 只; bird birds 鸟 只; rabbit rabbits 兔子 只; monkey monkeys 猴子 只;
        panda pandas 熊猫 只; duck ducks 鸭子 只; mouse mice 老鼠 只; frog frogs 青蛙 只; tiger tigers 老虎 只;
        horse horses 马 匹; cow cows 牛 头; pig pigs 猪 头; elephant elephants 大象 头; snake snakes 蛇 条;
        fish fish 鱼 条""",
    "thing": """book books 书 本; magazine magazines 杂志 本; dictionary dictionaries 词典 本;
        letter letters 信 封; newspaper newspapers 报纸 份; story stories 故事 个; poem poems 诗 首;
        song songs 歌 首; film films 电影 部; game games 游戏 个;
        apple apples 苹果 个; orange oranges 橙子 个; pear pears 梨 个; watermelon watermelons 西瓜 个;
        banana bananas 香蕉 根; egg eggs 鸡蛋 个; cake cakes 蛋糕 个; sandwich sandwiches 三明治 个;
        table tables 桌子 张; bed beds 床 张; sofa sofas 沙发 张; chair chairs 椅子 把; box boxes 盒子 个;
        bag bags 包 个; door doors 门 扇; window windows 窗户 扇; lamp lamps 灯 盏; cup cups 杯子 个;
        car cars 汽车 辆; bike bikes 自行车 辆; bus buses 公共汽车 辆; train trains 火车 列; plane planes 飞机 架;
        boat boats 船 条; flower flowers 花 朵; tree trees 树 棵;
        hat hats 帽子 顶; dress dresses 裙子 条; scarf scarves 围巾 条; shirt shirts 衬衫 件; coat coats 大衣 件;
        umbrella umbrellas 雨伞 把; key keys 钥匙 把; knife knives 刀 把; guitar guitars 吉他 把;
        pen pens 钢笔 支; pencil pencils 铅笔 支; phone phones 手机 部; computer computers 电脑 台;
        camera cameras 相机 台; picture pictures 画 幅; photo photos 照片 张; map maps 地图 张;
        ticket tickets 票 张; gift gifts 礼物 件; ball balls 球 个; toy toys 玩具 个; watch watches 手表 块;
        piano pianos 钢琴 架; house houses 房子 座; bridge bridges 桥 座; river rivers 河 条;
        museum museums 博物馆 座; shop shops 商店 家; hotel hotels 酒店 家""",
    "mass": """tea - 茶 杯; coffee - 咖啡 杯; water - 水 杯; milk - 牛奶 杯; juice - 果汁 杯;
        rice - 米饭 碗; soup - 汤 碗; bread - 面包 块""",
    "pair": """- shoes 鞋 双; - socks 袜子 双; - gloves 手套 双; - trousers 裤子 条; - glasses 眼镜 副""",
}  # fmt: skip

#: English headword (the singular, or the plural of a pair) -> noun.
NOUNS: dict[str, Noun] = {}
for _kind, _rows in _NOUNS.items():
    for _row in _rows.split(";"):
        _one, _many, _chinese, _classifier = _row.split()
        NOUNS[_one if _one != "-" else _many] = Noun(_one, _many, _chinese, _classifier, _kind)

#: The English measure words of a mass noun, singular and plural, and the Chinese one.
MEASURES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "tea": (("cup", "cups", "杯"),),
    "coffee": (("cup", "cups", "杯"),),
    "water": (("glass", "glasses", "杯"), ("bottle", "bottles", "瓶")),
    "milk": (("glass", "glasses", "杯"), ("bottle", "bottles", "瓶")),
    "juice": (("glass", "glasses", "杯"), ("bottle", "bottles", "瓶")),
    "rice": (("bowl", "bowls", "碗"),),
    "soup": (("bowl", "bowls", "碗"),),
    "bread": (("piece", "pieces", "块"),),
}


def names(text: str) -> tuple[str, ...]:
    """The nouns of `text`; a word in capitals stands for its group in `GROUPS`, "-" for none."""
    found: dict[str, None] = {}
    for word in text.replace("-", "").split():
        for name in GROUPS[word] if word.isupper() else (word,):
            found[name] = None
    return tuple(found)


GROUPS: dict[str, tuple[str, ...]] = {
    "PEOPLE": tuple(name for name, noun in NOUNS.items() if noun.kind == "person" and name != "baby"),
    "KIN": tuple(name for name, noun in NOUNS.items() if noun.kind == "kin"),
}
GROUPS |= {
    "ALL": names("PEOPLE KIN"),
    "ADULTS": names("KIN man woman teacher doctor nurse farmer driver singer artist friend"),
    "FRUIT": names("apple orange pear watermelon banana"),
    "PETS": names("cat dog rabbit bird duck"),
    "DRINKS": names("tea coffee water milk juice"),
    "CLOTHES": names("hat dress scarf shirt coat shoes socks gloves trousers"),
    "GOODS": names(
        "book magazine dictionary newspaper cake banana apple pear watermelon table sofa chair bag lamp cup car bike "
        "flower hat dress scarf shirt coat shoes trousers glasses umbrella guitar pen pencil phone computer camera map "
        "ticket gift toy watch bread milk"
    ),
    "SMALL": names("book magazine dictionary letter newspaper apple banana cake cup hat scarf key knife pen "
                   "pencil phone camera photo map ticket gift ball toy watch bag umbrella box glasses gloves"),
}  # fmt: skip

#: Nouns that can be mine or yours ("my river" is nobody's, and "my man" means something else).
OWNED = frozenset(NOUNS) - frozenset(names(
    "boy girl man woman nurse farmer driver singer artist baby monkey panda duck mouse frog tiger cow pig elephant "
    "snake fish river bridge museum shop hotel train plane bus story poem film song game newspaper tree"
))  # fmt: skip

#: Sorts of things that one compares with one another.
SORTS = tuple(map(names, (
    "ALL", "cat dog rabbit bird duck fish pig cow horse monkey tiger elephant snake frog panda mouse",
    "FRUIT egg cake sandwich", "table bed sofa chair lamp box bag piano", "car bike bus train plane boat horse",
    "book magazine dictionary story film game letter poem", "hat dress scarf shirt coat umbrella bag watch",
    "phone computer camera watch guitar piano", "house hotel museum shop", "river bridge",
)))  # fmt: skip


# ---------------------------------------------------------------- adjectives

@dataclass(frozen=True)
class Adjective:
    """An adjective as used of some nouns: "old" is 旧 of a book and 老 of a dog, so it has two of these.

    `order` is colour, short (大, before the noun without 的) or quality (漂亮, with 的). `before` are the nouns
    it may stand before, `after` those of which it may be said ("the box is heavy").
    """

    english: str
    chinese: str
    order: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    compared: str = ""


def _adjective(row: str) -> Adjective:
    english, chinese, order, compared, before, after = (part.strip() for part in row.split("|"))
    nouns = names(before)
    return Adjective(english, chinese, order, nouns, nouns if after == "same" else names(after), compared)


ADJECTIVES = tuple(map(_adjective, """
big | 大 | short | bigger | cat dog bird fish rabbit cow pig snake frog FRUIT egg cake table bed sofa box bag window \
  house tree flower car boat hat umbrella picture ball watermelon hotel museum | same
small | 小 | short | smaller | PETS fish pig snake frog monkey mouse FRUIT cake table bed chair box bag cup \
  knife key \
  house tree flower car boat hat umbrella ball toy lamp dictionary map shop window | same
little | 小 | short | | boy girl | -
new | 新 | short | newer | book dictionary table chair bed sofa bag lamp car bike boat hat dress shirt coat scarf \
  shoes trousers glasses umbrella key pen phone computer camera ball toy watch piano guitar house teacher friend \
  student film song map | book dictionary table chair sofa bag car bike boat hat dress shirt coat shoes phone \
  computer camera watch house
old | 旧 | short | | book magazine newspaper dictionary table chair bed sofa bag lamp car bike boat hat dress shirt \
  coat shoes umbrella key phone computer camera toy watch piano guitar house photo map | same
old | 老 | short | | dog cat horse tree doctor farmer artist singer friend | dog cat horse tree doctor farmer artist
long | 长 | short | longer | scarf dress letter poem | river bridge train snake scarf dress letter poem story film
short | 短 | short | shorter | dress poem | dress scarf letter poem story
short | 矮 | short | shorter | - | boy girl man woman child student
tall | 高 | short | taller | - | boy girl man woman child student tree KIN
fast | 快 | short | faster | - | car train plane horse boat bus
heavy | 重 | short | heavier | - | box bag table bed piano dictionary cow elephant pig computer
good | 好 | short | better | book film song story dictionary student friend teacher doctor nurse child | \
  book film song story dictionary
hot | 热 | short | | tea coffee water milk soup | tea coffee water soup
cold | 冷 | short | | water milk coffee | water
dirty | 脏 | short | dirtier | - | table chair bed shirt coat dress hat car window cup bag shoes dog bike trousers
tired | 累 | short | | - | ALL horse
busy | 忙 | short | busier | - | KIN doctor nurse teacher farmer driver student
hungry | 饿 | short | | - | ALL cat dog tiger pig
happy | 高兴 | quality | happier | - | ALL
expensive | 贵 | short | expensive | - | car phone computer camera watch piano dress coat bag guitar house boat \
  bike ticket
cheap | 便宜 | quality | cheaper | car bike phone umbrella hat shirt watch bag chair table computer | \
  car bike phone umbrella hat shirt watch bag chair table computer ticket banana apple watermelon
beautiful | 漂亮 | quality | beautiful | girl woman bird flower dress hat house picture horse scarf coat bag \
  umbrella \
  singer lamp | same
cute | 可爱 | quality | cuter | baby cat dog rabbit panda bird monkey duck child girl boy toy | same
interesting | 有趣 | quality | interesting | book story film game magazine museum | same
delicious | 好吃 | quality | | cake FRUIT sandwich bread | cake FRUIT sandwich bread fish
fresh | 新鲜 | quality | fresher | apple banana orange pear egg bread milk juice | apple banana orange pear egg \
  fish bread milk
clean | 干净 | quality | cleaner | table chair bed shirt coat dress cup bag house shoes | \
  table chair bed shirt coat dress hat car window cup bag house shoes
young | 年轻 | quality | younger | teacher doctor nurse farmer driver singer artist man woman mother father | \
  teacher doctor nurse farmer driver singer artist
clever | 聪明 | quality | | boy girl child student dog monkey | boy girl child student dog monkey brother sister
kind | 善良 | quality | | teacher doctor nurse woman farmer man | teacher doctor nurse woman farmer KIN
famous | 有名 | quality | | singer artist doctor teacher museum film song book picture hotel bridge | same
strong | 强壮 | quality | stronger | man horse farmer | man horse farmer brother tiger cow
red | 红色 | colour | | flower apple hat dress shirt coat scarf umbrella car bike bag ball box bus shoes gloves \
  chair toy pencil house | same
black | 黑色 | colour | | cat dog horse bird pen car hat coat shirt dress umbrella bag phone computer shoes gloves \
  trousers socks piano sofa cow pig | same
white | 白色 | colour | | cat dog horse rabbit duck flower bird shirt dress hat car plane boat cup shoes socks \
  bed lamp phone house gloves scarf | same
yellow | 黄色 | colour | | flower shirt dress hat bus umbrella ball dog toy scarf chair pencil lamp | same
blue | 蓝色 | colour | | car bike dress shirt hat scarf umbrella bag pen ball cup boat bird trousers sofa flower \
  box | same
green | 绿色 | colour | | apple bird frog snake shirt dress bag umbrella bike chair box hat trousers lamp pencil \
  | same
brown | 棕色 | colour | | dog horse cow rabbit bag coat table chair hat box shoes sofa monkey | same
""".strip().splitlines()))  # fmt: skip
