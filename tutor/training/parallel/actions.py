"""What happens in the translator's sentences: verbs in both languages, who does them, to what, and where.

The right word can depend on another one: one plays football with the foot (踢) and the piano with the fingers (弹).
"""

from __future__ import annotations

from tutor.engine.records import dataclass
from tutor.training.parallel.lexicon import names


@dataclass(frozen=True)
class Verb:
    """A verb: its English forms and particle, its Chinese, who does it, to what, where, and in which tenses.

    `fixed` is an object that belongs to the verb ("play football": the words, the Chinese noun); then `objects`
    is empty. `tenses` holds letters: p past, d past with a duration, g progressive, f future,
    w wants to, m must and should, h habit, l likes to, s state (present, no aspect), c can.
    """

    base: str
    third: str
    past: str
    ing: str
    particle: str
    chinese: str
    tenses: str
    subjects: tuple[str, ...]
    objects: tuple[str, ...]
    places: tuple[str, ...]
    fixed: tuple[str, ...] = ()
    fixed_chinese: str = ""
    can: str = "能"

    @property
    def forms(self) -> tuple[str, ...]:
        """The English forms that its tenses use."""
        used = [self.base]
        used += [self.third] if set("hs") & set(self.tenses) else []
        used += [self.past] if set("pd") & set(self.tenses) else []
        used += [self.ing] if "g" in self.tenses else []
        return tuple(used)


#: Sets of places, for short.
_VENUES = {
    "HOUSE": "home room", "QUIET": "home room library park garden cafe school classroom office",
    "SHOPS": "market supermarket Beijing Shanghai London", "MEALS": "home kitchen restaurant park school",
    "SIGHTS": "park zoo forest street beach mountain garden village station school airport market farm field river "
              "lake",
    "PLAY": "park school garden street beach", "OUT": "park beach street mountain",
}  # fmt: skip


def _venues(text: str) -> tuple[str, ...]:
    words = text.replace("-", "").split()
    return tuple(dict.fromkeys(key for word in words for key in _VENUES.get(word, word).split()))


def _verb(row: str) -> Verb:
    forms, chinese, tenses, subjects, objects, places = (part.strip() for part in row.split("|"))
    base, third, past, ing, *particle = forms.split()
    return Verb(base, third, past, ing, " ".join(particle), chinese, tenses, names(subjects), names(objects),
                _venues(places))  # fmt: skip


#: Verbs with an object of their own choice.
VERBS = tuple(map(_verb, """
read reads read reading | 读 | pgfwmhl | ALL | book letter newspaper magazine story poem | QUIET
write writes wrote writing | 写 | pgfwhl | KIN teacher student artist singer friend | letter story poem book \
  song | QUIET
buy buys bought buying | 买 | pfwm | ALL | GOODS | SHOPS
sell sells sold selling | 卖 | pgfwh | farmer man woman | FRUIT flower egg duck rabbit milk bread fish | market \
  street village
sell sells sold selling | 卖 | pfwm | KIN artist driver friend teacher | car house bike boat piano picture \
  camera watch | Beijing London
eat eats ate eating | 吃 | pgfwmhl | ALL baby | FRUIT egg cake sandwich bread rice fish | MEALS
eat eats ate eating | 吃 | pgwhl | monkey rabbit | banana apple | zoo
eat eats ate eating | 吃 | pgwhl | cat bird tiger | fish | river lake
drink drinks drank drinking | 喝 | pgfwmhl | ALL | DRINKS soup | MEALS cafe office
drink drinks drank drinking | 喝 | pgwhl | cat dog horse cow | water milk | farm garden kitchen river
see sees saw seeing | 看见 | psc | ALL | PETS horse cow pig monkey snake frog tiger elephant panda PEOPLE car \
  bus boat | SIGHTS
see sees saw seeing | 看见 | psc | cat dog bird | mouse rabbit duck frog snake | garden field farm
see sees saw seeing | 看见 | psc | tiger | rabbit duck snake monkey horse cow pig | forest
hear hears heard hearing | 听见 | psc | ALL | cat dog bird duck frog tiger baby singer | forest garden street \
  park farm
like likes liked liking | 喜欢 | s | ALL | PETS horse panda monkey elephant FRUIT cake fish flower book story \
  film song poem \
  teacher doctor singer DRINKS hat dress scarf picture toy game | -
like likes liked liking | 喜欢 | s | cat dog rabbit horse monkey | boy girl child baby banana apple fish milk | -
know knows knew knowing | 认识 | s | ALL | teacher doctor nurse farmer driver singer artist man woman student \
  boy girl | -
find finds found finding | 找到 | pfc | ALL | SMALL | HOUSE classroom office garden park street beach station school
look looks looked looking for | 找 | gw | ALL | SMALL cat dog shoes | HOUSE classroom office garden park street
lose loses lost losing | 丢 | p | ALL | key phone ticket bag umbrella pen watch camera hat gloves map | SIGHTS \
  supermarket
open opens opened opening | 打开 | pfwmc | ALL | door window box bag gift umbrella | -
close closes closed closing | 关上 | pfwm | ALL | door window | -
wash washes washed washing | 洗 | pgwmh | ALL | cup apple pear orange | kitchen home
wash washes washed washing | 洗 | pgwmh | ALL | CLOTHES | home river
wash washes washed washing | 洗 | pgwmh | ADULTS | car | garden street village
draw draws drew drawing | 画 | pgfwhl | boy girl child student artist friend KIN | flower tree cat dog bird \
  horse house fish \
  boat bridge picture map | QUIET river lake
help helps helped helping | 帮助 | pgfwmhlc | ALL | PEOPLE | school hospital farm station street village
visit visits visited visiting | 看望 | pfwmh | ALL | KIN friend teacher artist farmer | Beijing Shanghai London \
  village
visit visits visited visiting | 参观 | pfw | ALL | museum | Beijing Shanghai London
teach teaches taught teaching | 教 | pfh | teacher KIN | student child | school village Beijing
wait waits waited waiting for | 等 | gm | ALL | friend teacher doctor KIN bus train | station street park school
chase chases chased chasing | 追 | gw | dog cat boy girl | cat mouse rabbit bird duck | garden street park farm
watch watches watched watching | 看 | pgfwl | ALL | film | home Beijing Shanghai London
watch watches watched watching | 看 | g | ALL cat | bird fish duck frog | garden park river lake
repair repairs repaired repairing | 修 | pgfwmc | farmer driver man father brother grandfather friend | car bike | \
  garden street village
repair repairs repaired repairing | 修 | pgfwmc | man father brother grandfather friend student | computer chair \
  table phone camera watch door | HOUSE office
plant plants planted planting | 种 | pgfwhl | farmer ADULTS child student | tree flower | garden school park \
  village mountain
borrow borrows borrowed borrowing | 借 | pfw | ALL | book magazine dictionary umbrella bike camera pen map | \
  library school
make makes made making | 做 | pgfwhl | KIN woman boy girl child friend | cake sandwich soup toy dress | home kitchen
take takes took taking | 拍 | pfwl | ALL | photo | SIGHTS Beijing London
catch catches caught catching | 抓住 | pc | cat dog | mouse fish bird frog | garden river farm kitchen
feed feeds fed feeding | 喂 | pgmh | farmer boy girl child woman KIN | horse cow duck pig fish rabbit | farm
feed feeds fed feeding | 喂 | pgmh | boy girl child woman KIN | cat dog rabbit bird | home garden park
""".strip().splitlines()))  # fmt: skip


def _activity(row: str) -> Verb:
    forms, fixed, chinese, tenses, subjects, places = (part.strip() for part in row.split("|"))
    base, third, past, ing = forms.split()
    verb, noun = (chinese.split() + [""])[:2]
    return Verb(base, third, past, ing, "", verb, tenses, names(subjects), (), _venues(places), tuple(fixed.split()),
                noun, "会")  # fmt: skip


#: Verbs with their object built in, if any; "can" is 会, a skill.
ACTIVITIES = tuple(map(_activity, """
play plays played playing | football | 踢 足球 | pgfwmhlcd | ALL | park school beach
play plays played playing | basketball | 打 篮球 | pgfwmhlcd | ALL | park school street
play plays played playing | the piano | 弹 钢琴 | pgfwmhlcd | ALL | HOUSE school restaurant classroom
play plays played playing | the guitar | 弹 吉他 | pgfwhlcd | ALL | HOUSE park street beach cafe
play plays played playing | games | 玩 游戏 | pgfwhl | boy girl child student brother sister friend | HOUSE park \
  garden school
watch watches watched watching | television | 看 电视 | pgfwhld | ALL | HOUSE
listen listens listened listening | to music | 听 音乐 | pgfwhld | ALL | QUIET
ride rides rode riding | a bike | 骑 自行车 | pgfwhlcd | ALL | park street beach village
ride rides rode riding | a horse | 骑 马 | pgfwhlcd | ALL | farm beach field mountain
drive drives drove driving | a car | 开 车 | pgwhlcd | ADULTS | street Beijing London
cook cooks cooked cooking | dinner | 做 晚饭 | pgfwmh | ADULTS | home kitchen
eat eats ate eating | breakfast | 吃 早饭 | pgmh | ALL | MEALS cafe
do does did doing | homework | 做 作业 | pgfmh | boy girl child student brother sister | QUIET
swim swims swam swimming | | 游 泳 | pgfwhlcd | ALL | pool sea
sing sings sang singing | | 唱 歌 | pgfwhlcd | ALL | PLAY home classroom restaurant
dance dances danced dancing | | 跳 舞 | pgfwhlcd | ALL | PLAY home beach
run runs ran running | | 跑 步 | pgfwhld | ALL | park street beach river school
sleep sleeps slept sleeping | | 睡 觉 | gwhd | ALL baby cat dog | HOUSE garden
work works worked working | | 工作 | gfwhd | ADULTS | hospital office school farm Beijing Shanghai London restaurant
rest rests rested resting | | 休息 | gwmd | ALL | HOUSE park garden lake beach
cry cries cried crying | | 哭 | pg | baby boy girl child | room street school park
laugh laughs laughed laughing | | 笑 | pg | ALL baby | classroom room park
fly flies flew flying | | 飞 | c | bird duck | -
swim swims swam swimming | | 游 泳 | gc | duck dog frog | -
swim swims swam swimming | | 游 泳 | g | fish | sea
run runs ran running | | 跑 | gc | dog horse rabbit cat | park field garden forest
sing sings sang singing | | 唱 歌 | gc | bird | garden forest park
climb climbs climbed climbing | trees | 爬 树 | pghlc | boy child monkey cat | forest garden park
""".strip().splitlines()))  # fmt: skip


#: What is given to whom: English forms, preposition, Chinese, whether the receiver comes before the verb (给…买).
Gift = tuple[tuple[str, str, str, str], str, str, bool, tuple[str, ...]]
GIFTS: tuple[Gift, ...] = (
    (("give", "gives", "gave", "giving"), "to", "给", False, names("book flower gift hat apple cake pen pencil scarf "
     "toy picture ball umbrella watch ticket banana map photo cup camera bag")),
    (("send", "sends", "sent", "sending"), "to", "寄", True, names("letter photo gift book magazine map")),
    (("buy", "buys", "bought", "buying"), "for", "买", True, names("hat dress scarf toy cake book flower bike coat "
     "umbrella watch phone gift guitar ticket shirt apple")),
    (("write", "writes", "wrote", "writing"), "to", "写", True, names("letter")),
    (("write", "writes", "wrote", "writing"), "for", "写", True, names("song poem story")),
    (("tell", "tells", "told", "telling"), "to", "讲", True, names("story")),
    (("make", "makes", "made", "making"), "for", "做", True, names("cake dress toy sandwich")),
    (("read", "reads", "read", "reading"), "to", "读", True, names("story poem letter book")),
    (("draw", "draws", "drew", "drawing"), "for", "画", True, names("picture map flower cat horse")),
)  # fmt: skip
