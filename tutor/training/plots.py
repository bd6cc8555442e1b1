"""The stories' rules: openings, endings and plots, in the notation of `grammar.py`. Every sentence is our own."""

from __future__ import annotations

RULES: dict[str, tuple[str, ...]] = {
    # ------------------------------------------------------------ openings and endings
    "open_one": (
        "Once upon a time, there was a {trait} {A.kid} named {A}.",
        "Once there was a {A.kid} named {A}. {A} was very {trait}.",
        "One day, {A} was {place.in}.",
        "There once lived a {trait} {A.kid}. {A.His} name was {A}.",
        "{A} was a {trait} {A.kid}.",
    ),
    "open_two": (
        "One day, {A} met {B} {place.in}.",
        "{A} and {B} were good friends. One day, they were {place.in}.",
        "Once upon a time, there was a {A.kid} named {A}. {A.His} best friend was {B}.",
        "It was {day}. {A} met {B} {place.in}.",
        "One morning, {A} saw {B} {place.in}.",
    ),
    "when": (
        "One day,",
        "One morning,",
        "On {day},",
        "In the morning,",
        "That day,",
        "In the evening,",
    ),
    "greet": (
        '"Hi, {B}," said {A}.',
        '"Hello, {B}," said {A}.',
        '"Good morning, {B}," said {A}.',
        '"Look, {B}," said {A}.',
        '"Come here, {B}," said {A}.',
    ),
    "greet_back": (
        '"Hi, {A}," said {B}.',
        '"Hello, {A}," said {B}.',
        '"What is it, {A}?" asked {B}.',
    ),
    "thanks": (
        '"Thank you, {B}," said {A}.',
        '"Thank you so much, {B}," said {A}.',
        '"You are so kind, {B}," said {A}.',
        '"You are a good friend, {B}," said {A}.',
    ),
    "welcome": (
        '"You are welcome, {A}," said {B}.',
        '"That is what friends do, {A}," said {B}.',
        "{B} smiled at {A}.",
    ),
    "end_one": (
        "{A} was very {glad}.",
        "{A.He} was very {glad}.",
        "{A} smiled and went home.",
        "In the evening, {A} told {A.his} {elder} all about it.",
        "From that day on, {A} was never {sad} again.",
        "{A.He} slept well that night.",
    ),
    "end_two": (
        "{A} and {B} were very {glad}.",
        "They were friends from that day on.",
        "{A} and {B} laughed and went home.",
        "They played together all day.",
        "From that day on, {A} and {B} played together every day.",
        "{A} and {B} sat down and smiled.",
    ),
    # ------------------------------------------------------------ plots
    "plot_meeting": (
        '<open_two> <greet> "Do you want to {thing.use} the {thing} with me?" "Yes, {A}," said {B}. "I love to '
        '{thing.use} the {thing}." [They {thing.did} the {thing} all day.|{A} {thing.did} the {thing}, and then '
        "{B} {thing.did} it, too.] <end_two>",
        '<open_two> <greet> <greet_back> {A} showed {B} {thing.a}. The {thing} was {color}. "What a nice {color} '
        '{thing}," said {B}. "May I {thing.use} it?" "Yes, {B}," said {A}. So {B} {thing.did} the {color} {thing}. '
        "<end_two>",
    ),
    "plot_lost": (
        "<open_one> {A} had a {color} {thing}. {A.He} loved to {thing.use} the {thing}. <when> {A} could not find "
        "the {thing}. {A.He} looked {spot}, but the {thing} was not there. {A.He} looked {spot2}, but the {thing} "
        'was not there. {A} was very {sad}. Then {A.he} looked {spot3}. There was the {color} {thing}! "I found my '
        '{thing}!" said {A}. <end_one>',
        '<open_two> {A} was {sad}. "What is wrong, {A}?" asked {B}. "I lost my {color} {thing}," said {A}. "I will '
        'help you," said {B}. {B} looked {spot}, and {A} looked {spot2}. [Soon {B} found the {color} {thing} '
        "{spot}.|Soon {A} found the {color} {thing} {spot2}.] <thanks> <end_two>",
    ),
    "plot_gift": (
        "<open_two> It was {B.his} birthday. {A} had a gift for {B}. It was in a {color} box. {B} opened the "
        '{color} box and saw {thing.a}. "{A.He} knows what I like!" thought {B}. "Thank you for the {thing}, {A}," '
        "said {B}. {B} {thing.did} the {thing} all day. <end_two>",
        "{A} wanted to give {thing.a} to {B}. {A.He} put the {thing} in a {color} box. Then {A.he} walked to the "
        '{place}. {B} was {place.in}. "This {color} box is for you, {B}," said {A}. {B} opened the box and took '
        'out the {thing}. "{Thing.a}! I love it!" said {B}. {B} gave {A} a hug. <end_two>',
    ),
    "plot_share": (
        '<open_two> {A} had {number} {fruit.many}. {B} had no {fruit.many}. {B} was {sad}. "Do you want {fruit.a}, '
        '{B}?" asked {A}. "Yes, please," said {B}. {A} gave {fruit.a} to {B}. Now {A} had {number.less} and {B} '
        "had one. <thanks_b> <end_two>",
        "<open_one> {A} had {number} {fruit.many}. {A.He} ate one {fruit}. Now {A.he} had {number.less}. [A hungry "
        "{animal} came to {A}. {A} gave the {animal} {fruit.a}, too.|{A} gave the rest to {A.his} {elder}.] "
        "<end_one>",
    ),
    "thanks_b": (
        '"Thank you, {A}," said {B}.',
        '"You are so kind, {A}," said {B}.',
        "{B} thanked {A}.",
    ),
    "plot_two_things": (
        "<open_two> {A} had {thing.a}, and {B} had {thing2.a}. {A} {thing.did} the {thing}, and {B} {thing2.did} "
        'the {thing2}. Then {A} said, "[Can|May] I {thing2.use} your {thing2}, {B}?" "Yes, {A}," said {B}. "And I '
        'will {thing.use} your {thing}." So {A.he} {thing2.did} the {thing2}, and {B.he} {thing.did} the {thing}. '
        "<end_two>",
        "{A} had a {color} {thing}. {B} had a {color2} {thing2}. {A.He} {thing.did} {A.his} {color} {thing}. "
        "{B.He} {thing2.did} {B.his} {color2} {thing2}. {A.He} was proud of {A.his} {thing}. {B.He} was proud of "
        "{B.his} {thing2}. <end_two>",
        "{B} loved {B.his} {thing2}, and {A} loved {A.his} {thing}. {A.He} {thing.did} the {thing} every day. "
        "{B.He} {thing2.did} the {thing2} every day. <when> it began {weather.fell}, so {A.he} took the {thing} "
        "home, and {B.he} took the {thing2} home. <end_two>",
    ),
    "plot_animal": (
        '<open_one> <when> {A} heard a sound. "{Animal.call}, {animal.call}!" It was a little {animal}. The '
        '{animal} was lost. "I will take you home, little {animal}," said {A}. {A} took the {animal} to the '
        '{animal.home}. The {animal} was home again. "{Animal.call}!" said the {animal}. <end_one>',
        "<open_one> {A} had {animal.a}. The {animal} lived in the {animal.home}. <when> the {animal} was hungry. "
        '"{Animal.call}!" said the {animal}. {A} gave the {animal} some {animal.food}. The {animal} ate the '
        "{animal.food} and was {glad}. <end_one>",
        '<open_two> They saw {animal.a} near the {animal.home}. "{Animal.call}!" said the {animal}. "What does the '
        '{animal} want, {B}?" asked {A}. "I think it wants {animal.food}," said {B}. {A} gave the {animal} some '
        "{animal.food}. The {animal} was not hungry any more. <end_two>",
    ),
    "plot_young": (
        '<open_one> {A} went to see the {animal}. The {animal} had a little {animal.young}. "{Animal.call}!" said '
        'the {animal}. "{Animal.call}!" said the little {animal.young}. {A} wanted to hold the {animal.young}. The '
        "{animal.young} was warm and soft. Then the {animal.young} went back to the {animal.home}. <end_one>",
    ),
    "plot_weather": (
        '<open_one> The sky was {weather.sky}. It began {weather.fell}. {A.His} {elder} said, "Take your '
        '{weather.clothes}, {A}." {A} took {A.his} {weather.clothes} and went out into the {weather}. {A} did not '
        "mind the {weather}. <end_one>",
        '<open_two> It began {weather.fell}. "I have no {weather.clothes}," said {B}. "Take my {weather.clothes}, '
        '{B}," said {A}. {B} took the {weather.clothes}. <thanks_b> They walked home in the {weather}. <end_two>',
    ),
    "plot_afraid": (
        '<open_one> {A} was afraid of the {monster}. "Do not be afraid, {A}," said {A.his} {elder}. "I am here." '
        "{A.His} {elder} took {A.his} hand. {A} [closed {A.his} eyes|counted to {number}]. Then {A} was not afraid "
        'of the {monster} any more. "I am brave!" said {A}. <end_one>',
        '<open_two> {B} was afraid of the {monster}. "Are you afraid of the {monster}, {B}?" asked {A}. "Yes, '
        '{A}," said {B}. {A} took {B.his} hand. "I am with you, {B}," said {A}. Now {B.he} was not afraid any '
        "more. <end_two>",
    ),
    "plot_promise": (
        '<open_two> {A} wanted to {thing.use} {B.his} {thing}. "You must bring the {thing} back on {day}, {A}," '
        'said {B}. "I promise, {B}," said {A}. {A} {thing.did} the {thing} all week. On {day}, {A} came to {B} '
        'with the {thing}. "You kept your promise, {A}," said {B}. <end_two>',
        '{A} made a promise to {A.his} {elder}. "I will be home before it begins {weather.fell}," said {A}. {A.He} '
        'went out to play {place.in}. Soon it began {weather.fell}. {A} thought of the promise and ran home. "You '
        'kept your promise, {A}," said {A.his} {elder}. <end_one>',
    ),
    "plot_broken": (
        "<open_two> {B} had a {color} {thing}. {A} {thing.did} the {thing} too hard, and the {color} {thing} "
        'broke. {B} began to cry. "I am sorry, {B}," said {A}. "I will fix your {thing}." {A} worked on the '
        '{thing} all day. At last, the {color} {thing} was as good as new. "Thank you, {A}," said {B}. <end_two>',
    ),
    "plot_worker": (
        '<open_one> {A} wanted to see the {worker}. The {worker} was in the {worker.place}. "Good morning, {A}," '
        'said the {worker}. "Do you want some {worker.makes}?" "Yes, please," said {A}. The {worker} gave {A} some '
        "{worker.makes}. {A} took the {worker.makes} home to {A.his} {elder}. {A.His} {elder} liked the "
        "{worker.makes}. <end_one>",
        "The {worker} lived near the {worker.place}. Every day, the {worker} had {worker.makes} for the town. "
        '<when> {A} came to the {worker.place}. "Can I help you with the {worker.makes}?" asked {A}. "Yes, {A}," '
        "said the {worker}. So {A} helped the {worker} all day. The {worker} gave {A.him} some {worker.makes}, "
        "too. <end_one>",
    ),
    "plot_hide": (
        '<open_two> "Let us play hide and seek, {B}," said {A}. {A} closed {A.his} eyes and counted to {number}. '
        '{B} hid {spot}. {A} looked {spot2}. {B} was not there. Then {A} looked {spot}. "I found you, {B}!" said '
        '{A}. Now it was {B.his} turn. {B.He} counted to {number}, and {A.he} hid {spot2}. "I found you, {A}!" '
        "said {B}. <end_two>",
    ),
    "plot_sound": (
        '<open_one> {A} heard a sound. "{Thing.sound}, {thing.sound}!" "What is that?" said {A}. It came from '
        '{A.his} {elder}. {A.His} {elder} had {thing.a}. "Do you want to {thing.use} the {thing}, {A}?" "Yes!" '
        'said {A}. {A} {thing.did} the {thing}. "{Thing.sound}, {thing.sound}!" went the {thing}. <end_one>',
    ),
    "plot_sick": (
        "<open_two> On {day}, {B} was sick and had to stay in bed. {A} came to see {B}. {A.He} had some "
        '{fruit.many} and {thing.a} for {B.him}. "I hope you feel better soon, {B}," said {A}. {B} ate the '
        "{fruit.many} and looked at the {thing}. The next day, {B} was not sick any more. <thanks_b> <end_two>",
    ),
    "plot_build": (
        "<open_two> They wanted to make {thing.a}. {A} had a {color} stick, and {B} had a {color2} string. {A.He} "
        "gave the {color} stick, and {B.he} gave the {color2} string. They worked all day. At last, the {thing} "
        "was done. {A} {thing.did} the {thing} first, and then {B} {thing.did} the {thing}. <end_two>",
    ),
    "plot_swap": (
        '<open_two> {A} had {thing.a} and wanted {thing2.a}. {B} had {thing2.a} and wanted {thing.a}. "Let us '
        'trade, {B}," said {A}. {A} gave {B} the {thing}, and {B} gave {A} the {thing2}. Now {A} had the {thing2}, '
        "and {B} had the {thing}. {A.He} {thing2.did} the {thing2}, and {B.he} {thing.did} the {thing}. <end_two>",
    ),
    "plot_learn": (
        '<open_one> {A} could not {thing.use} {thing.a}. {A.He} tried and tried. "I can not do it," said {A}. "Try '
        'again, {A}," said {A.his} {elder}. {A.He} tried again by {A.himself}. At last, {A} {thing.did} the '
        '{thing}! "You did it, {A}!" said {A.his} {elder}. <end_one>',
    ),
    "plot_pet": (
        "<open_one> {A} had {animal.a} and {animal2.a}. The {animal} liked {animal.food}, and the {animal2} liked "
        "{animal2.food}. {A} gave {animal.food} to the {animal} and {animal2.food} to the {animal2}. "
        '"{Animal.call}!" said the {animal}. "{Animal2.call}!" said the {animal2}. At night, the {animal} slept in '
        "the {animal.home}, and the {animal2} slept in the {animal2.home}. <end_one>",
    ),
    "plot_wish": (
        "<open_one> {A} had one wish. {A.He} wished for a {color} {thing}. {A.He} thought of the {thing} every "
        'day. On {day}, {A.his} {elder} came home with a box. In the box was a {color} {thing}! "My wish came '
        'true!" said {A}. {A} {thing.did} the {color} {thing} all day. <end_one>',
    ),
    "plot_chase": (
        '<open_one> The {animal} took {A.his} {thing} and ran away. "Stop, {animal}!" said {A}. {A} ran after the '
        "{animal}. The {animal} ran to the {animal.home}. {A} gave the {animal} some {animal.food}. The {animal} "
        "ate the {animal.food} and gave back the {thing}. {A} {thing.did} the {thing} again. <end_one>",
    ),
    "plot_help": (
        '<open_two> {A} wanted to carry two big boxes to the {place}. The boxes were too heavy for {A}. "I will '
        'help you, {A}," said {B}. {B} took one box, and {A} took one box. They walked to the {place}. When they '
        "were {place.in}, {A} put down the box, and {B} put down the box. <thanks> <welcome> <end_two>",
        '{A.His} {elder} had a lot of work to do. "Can you help me, {A}?" asked {A.his} {elder}. "Yes, I can," '
        "said {A}. {A} brought the {fruit.many}, and {A.his} {elder} cut the {fruit.many}. Then they made a cake "
        "with {fruit.many}. The cake was very good. <end_one>",
    ),
    "plot_picture": (
        '<open_one> {A} wanted to draw a picture. {A.He} drew a {color} {thing} and a {color2} {animal}. "Do you '
        'like my picture?" asked {A}. "I like the {color} {thing}," said {A.his} {elder}. "And I like the {color2} '
        '{animal}." {A.His} {elder} put the picture on the wall. <end_one>',
    ),
    "plot_guess": (
        '<open_two> "I am thinking of an animal, {B}," said {A}. "It says {animal.call}." "Is it {animal.a}?" '
        'asked {B}. "Yes, {B}," said {A}. Now it was {B.his} turn. "It lives in the {animal2.home} and says '
        '{animal2.call}," said {B}. "It is {animal2.a}!" said {A}. <end_two>',
    ),
    "plot_dream": (
        "<open_one> At night, {A} had a dream. In {A.his} dream, {A.he} could {thing.use} a {color} {thing} with "
        '{animal.a}. "{Animal.call}!" said the {animal}. The {animal} sat on the {color} {thing}. Then {A} woke '
        "up. There was no {animal} and no {thing}. It was only a dream. <end_one>",
    ),
    "plot_race": (
        '<open_two> {A} and {B} wanted to run to the {place2}. "One, two, three, go!" said {A}. {A} ran fast, but '
        '{B} ran very fast. {B} was first at the {place2}. "You won, {B}!" said {A}. "You ran well, too, {A}," '
        "said {B}. <end_two>",
    ),
    "plot_find": (
        '<open_one> {A} found a {color} {thing} {spot}. "Whose {thing} is this?" asked {A}. {A} saw {B}. {B} was '
        '{sad}. "Did you lose a {thing}, {B}?" asked {A}. "Yes, {A}," said {B}. "My {thing} is {color}." "Then '
        'this {color} {thing} is your {thing}, {B}," said {A}. {A} gave the {thing} to {B}. <end_two>',
    ),
}  # fmt: skip
