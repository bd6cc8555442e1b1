"""Where and when in the translator's sentences: places, furniture and times in both languages."""

from __future__ import annotations

from tutor.engine.records import dataclass
from tutor.training.parallel.lexicon import names


@dataclass(frozen=True)
class Place:
    """A place: "in the park" is 在公园里. `side` is the word after the noun (里, 上, 边, or none)."""

    key: str
    english: tuple[str, ...]
    chinese: str
    side: str


def _place(row: str) -> Place:
    english, chinese = (part.split() for part in row.split("|"))
    return Place(english[-1], tuple(english), chinese[0], chinese[1] if len(chinese) > 1 else "")


PLACES = {place.key: place for place in map(_place, """
in the park | 公园 里
at school | 学校 里
in the library | 图书馆 里
in the kitchen | 厨房 里
in the garden | 花园 里
in the forest | 森林 里
at the zoo | 动物园 里
in the hospital | 医院 里
in the restaurant | 餐厅 里
at home | 家 里
in the room | 房间 里
in the classroom | 教室 里
on the street | 街 上
on the beach | 海滩 上
on the mountain | 山 上
on the farm | 农场 里
by the river | 河 边
by the lake | 湖 边
in the pool | 游泳池 里
in the sea | 海 里
at the station | 车站
at the airport | 机场
at the market | 市场 里
in the supermarket | 超市 里
in the office | 办公室 里
in the village | 村子 里
in the field | 田 里
in the cafe | 咖啡馆 里
in Beijing | 北京
in Shanghai | 上海
in London | 伦敦
""".strip().splitlines())}  # fmt: skip

#: Where one can go: "to the park" is 去公园.
GOALS = ("park", "school", "library", "zoo", "hospital", "restaurant", "beach", "market", "supermarket", "office",
         "station", "airport", "cafe", "Beijing", "Shanghai", "London")  # fmt: skip
FAR = ("Beijing", "Shanghai", "London")
#: How one goes there: "by bus" is 坐公共汽车.
VEHICLES = {"bus": ("坐", "公共汽车"), "train": ("坐", "火车"), "plane": ("坐", "飞机"), "car": ("开", "车"),
            "bike": ("骑", "自行车"), "boat": ("坐", "船")}  # fmt: skip
#: Who speaks of going by plane within a town?
GOES_FAR = ("train", "plane", "car")
GOES_NEAR = ("bus", "car", "bike")

_FURNITURE = """
    table/on/上; table/under/下面; table/beside/旁边; bed/on/上; bed/under/下面; bed/beside/旁边;
    chair/on/上; chair/under/下面; chair/behind/后面; chair/beside/旁边; sofa/on/上; sofa/behind/后面; sofa/beside/旁边;
    box/in/里; box/behind/后面; box/beside/旁边; bag/in/里; door/behind/后面; door/in front of/前面; door/beside/旁边;
    tree/under/下面; tree/behind/后面; tree/in front of/前面; house/behind/后面; house/in front of/前面;
    house/beside/旁边; car/behind/后面; car/in front of/前面; car/under/下面; window/beside/旁边;
    window/in front of/前面
"""
#: Spots by furniture: noun, English and Chinese words for where.
SIDES = tuple((name, where, side) for name, where, side in (row.strip().split("/") for row in _FURNITURE.split(";")))


def _lists(text: str) -> dict[str, tuple[str, ...]]:
    """A table of "key: nouns" rows."""
    rows = (row.split(":") for row in text.strip().splitlines())
    return {key.strip(): names(nouns) for key, nouns in rows}


#: What can be there, by the word for where.
STANDS_ON = _lists("""
on: book cat key pen hat umbrella bag phone map cup ball toy letter photo newspaper apple dictionary
under: cat dog ball toy box key rabbit shoes bag mouse
behind: cat dog bag box umbrella ball bike rabbit boy girl child horse tree car
beside: cat dog bag box lamp umbrella chair piano guitar tree bike boy girl child
in: book key pen hat apple toy ball letter photo watch camera pencil gloves socks egg
in front of: dog cat bike car tree flower boy girl child horse chair lamp
""")
#: By the piece of furniture: there must be room, and a horse stands outdoors.
STANDS_IN = _lists("""
chair: book cat key hat umbrella bag phone map ball toy letter photo newspaper dictionary dog guitar
bed: book cat key hat bag phone map ball toy letter photo newspaper dog shoes mouse lamp guitar chair rabbit
sofa: book cat key hat bag phone map ball toy newspaper dog lamp guitar chair box umbrella
table: book cat key pen hat umbrella bag phone map cup ball toy letter photo newspaper apple dictionary dog box shoes \
  mouse lamp chair piano guitar
box: book key pen hat apple toy ball letter photo watch camera pencil gloves socks egg cat dog umbrella bag lamp
bag: book key pen hat apple letter photo watch camera pencil gloves
door: cat dog boy girl child umbrella chair box bag ball lamp shoes
window: cat dog boy girl child chair lamp piano flower
tree: cat dog bike car boy girl child horse ball rabbit flower
house: cat dog bike car tree boy girl child horse ball rabbit flower
car: cat dog bike boy girl child ball rabbit tree horse
""")
#: Where things are put: furniture, English and Chinese words for where, and what is put there.
PUT = tuple(
    (name, where, side, tuple(one for one in STANDS_ON[where] if one in STANDS_IN[name] and one in names("SMALL toy")))
    for name, where, side in SIDES
    if where in ("on", "in", "under") and name in ("table", "bed", "chair", "sofa", "box", "bag")
)  # fmt: skip
#: Who and what there is in a place.
INHABITED = _lists("""
park: boy girl child man woman bird dog duck tree flower bike
garden: cat dog rabbit bird tree flower child
street: boy girl man woman dog cat car bike bus tree
beach: boy girl child man woman dog
farm: cow horse pig duck dog farmer tree rabbit
hospital: doctor nurse child
library: student teacher boy girl
classroom: student teacher child
station: train bus driver man woman
restaurant: boy girl child man woman student
cafe: boy girl man woman student artist
village: farmer child dog cow duck tree
zoo: monkey panda elephant tiger bird snake
airport: plane man woman
river: tree flower duck horse boy girl
""")


# ---------------------------------------------------------------- times

@dataclass(frozen=True)
class Time:
    """When: the Chinese words stand before the subject, those of a habit (`every day`) behind it."""

    english: tuple[str, ...]
    chinese: tuple[str, ...]
    sources: tuple[int, ...]


def _times(text: str) -> tuple[Time, ...]:
    """Times of "english | chinese" rows; a digit behind a Chinese word is the English word it comes from."""
    found = []
    for row in text.strip().split(";"):
        english, chinese = row.split("|")
        words = [word.split(":") for word in chinese.split()]
        found.append(Time(tuple(english.split()), tuple(w[0] for w in words), tuple(int(w[1]) for w in words)))
    return tuple(found)


#: Times for what was and for what will be.
_EITHER = """today | 今天:0; this afternoon | 今天:0 下午:1; this week | 这个星期:1;
    on Monday | 星期一:1; on Saturday | 星期六:1; on Sunday | 星期天:1"""
PAST = _times("""yesterday | 昨天:0; last night | 昨天:0 晚上:1; this morning | 今天:0 早上:1;
    yesterday morning | 昨天:0 早上:1; yesterday afternoon | 昨天:0 下午:1; last week | 上个星期:0;
    last month | 上个月:0; last year | 去年:0; two days ago | 两:0 天:1 前:2; three days ago | 三:0 天:1 前:2;
    five days ago | 五:0 天:1 前:2;""" + _EITHER)
FUTURE = _times("""tomorrow | 明天:0; tonight | 今天:0 晚上:0; tomorrow morning | 明天:0 早上:1;
    tomorrow afternoon | 明天:0 下午:1; tomorrow evening | 明天:0 晚上:1; next week | 下个星期:0;
    next month | 下个月:0; next year | 明年:0;""" + _EITHER)
HABIT = _times("""every day | 每天:0; every morning | 每天:0 早上:1; every evening | 每天:0 晚上:1;
    every afternoon | 每天:0 下午:1; every Sunday | 每个:0 星期天:1;
    every Saturday | 每个:0 星期六:1""")
#: How often, said before the verb in both languages.
OFTEN = {"often": "经常", "always": "总是", "sometimes": "有时候", "usually": "通常"}
