"""The world of the stories: who and what there is, and what goes with what.

Everything here is our own. A thing has one way to be used, an animal one call, one home and one food, a weather one
piece of clothing: facts that a story relies on and a model can learn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

GIRLS = (
    "Lily", "Anna", "Mia", "Rose", "Emma", "Zoe", "Sue", "Lucy", "Ella", "Nora", "Ruby", "Ivy", "Amy", "Kate",
    "Jane", "Sara",
)  # fmt: skip
BOYS = (
    "Tom", "Ben", "Max", "Sam", "Tim", "Leo", "Jack", "Noah", "Finn", "Dan", "Hugo", "Owen", "Luke", "Adam",
    "Paul", "Oscar",
)  # fmt: skip

#: What is said of a girl and of a boy in place of the name.
FORMS: Mapping[str, tuple[str, str]] = {
    "he": ("she", "he"),
    "him": ("her", "him"),
    "his": ("her", "his"),
    "himself": ("herself", "himself"),
    "kid": ("girl", "boy"),
}
PRONOUNS = ("he", "him", "his", "himself")


def table(columns: str, *rows: str) -> list[dict[str, str]]:
    """Rows of `a | b | c` under the names of their columns; the first column is called ""."""
    names = ["", *columns.split()]
    made = []
    for row in rows:
        values = [value.strip() for value in row.split("|")]
        if len(values) != len(names):
            raise ValueError(f"The row {row!r} does not have {len(names)} columns.")
        made.append(dict(zip(names, values)))
    return made


#: Kinds of slots: every member is a word ("") and what goes with it.
KINDS: Mapping[str, Sequence[Mapping[str, str]]] = {
    "thing": table(
        "use did sound",
        "kite | fly | flew | flutter", "ball | throw | threw | thump", "drum | beat | beat | boom",
        "book | read | read | rustle", "boat | sail | sailed | splash", "bike | ride | rode | rattle",
        "flute | play | played | toot", "lamp | light | lit | click", "bell | ring | rang | ding",
        "puzzle | solve | solved | snap", "wagon | pull | pulled | squeak", "top | spin | spun | whir",
        "whistle | blow | blew | peep", "clock | wind | wound | tick", "rope | jump | jumped | swish",
        "cart | push | pushed | rumble",
    ),
    "animal": table(
        "call home food young",
        "dog | woof | kennel | meat | puppy", "cat | meow | basket | fish | kitten",
        "duck | quack | lake | bread | duckling", "cow | moo | barn | grass | calf",
        "pig | oink | pen | corn | piglet", "sheep | baa | field | clover | lamb",
        "frog | ribbit | pond | flies | tadpole", "bird | tweet | nest | seeds | chick",
        "mouse | squeak | hole | cheese | pup", "horse | neigh | stable | hay | foal",
        "owl | hoot | tree | bugs | owlet", "bee | buzz | hive | honey | grub",
    ),
    "weather": table(
        "clothes sky fell",
        "rain | umbrella | gray | to rain", "snow | coat | white | to snow", "sun | hat | bright | to get hot",
        "wind | scarf | wild | to blow",
    ),
    "worker": table(
        "makes place",
        "baker | bread | bakery", "farmer | milk | farm", "gardener | flowers | garden", "tailor | shirts | shop",
        "fisher | fish | harbor", "painter | pictures | studio", "potter | cups | workshop", "cook | soup | kitchen",
    ),
    "place": table(
        "in", "park | in the park", "garden | in the garden", "forest | in the forest", "market | at the market",
        "beach | at the beach", "river | by the river", "school | at school", "hill | on the hill",
        "farm | on the farm", "yard | in the yard",
    ),
    "spot": table(
        "", "under the bed", "under the table", "behind the chair", "behind the door", "behind the tree",
        "in the box", "in the basket", "on the shelf", "under the stairs", "behind the bush",
    ),
    "color": table("", "red", "blue", "green", "yellow", "pink", "white", "brown", "purple"),
    "fruit": table(
        "many", "apple | apples", "pear | pears", "plum | plums", "peach | peaches", "berry | berries",
        "nut | nuts", "cookie | cookies", "carrot | carrots",
    ),
    "number": table("less", "two | one", "three | two", "four | three", "five | four", "six | five", "seven | six"),
    "elder": table(
        "he", "mother | she", "father | he", "grandma | she", "grandpa | he", "teacher | she", "uncle | he",
        "aunt | she",
    ),
    "day": table("", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "trait": table("", "little", "kind", "shy", "happy", "quiet", "clever", "brave", "funny"),
    "glad": table("", "happy", "glad", "proud", "cheerful"),
    "sad": table("", "sad", "upset", "lonely", "worried"),
    "monster": table("", "dark", "thunder", "water", "big slide", "deep forest", "high bridge"),
}  # fmt: skip
