<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Inspector</name>
    <message numerus="yes">
        <source>%n term(s) in order, the largest marked</source>
        <translation>
            <numerusform>%n term</numerusform>
            <numerusform>%n terms in order, the largest marked</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message numerus="yes">
        <source>%n block(s)</source>
        <translation>
            <numerusform>%n block</numerusform>
            <numerusform>%n blocks</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ModelsDesk</name>
    <message numerus="yes">
        <source>%n block(s)</source>
        <translation>
            <numerusform>%n block</numerusform>
            <numerusform>%n blocks</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>WhatIfDesk</name>
    <message numerus="yes">
        <source>%n change(s) belonged to the sentence before and were dropped.</source>
        <translation>
            <numerusform>%n change belonged to the sentence before and was dropped.</numerusform>
            <numerusform>%n changes belonged to the sentence before and were dropped.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>WhatIfViews</name>
    <message numerus="yes">
        <source>What if: %n change(s)</source>
        <translation>
            <numerusform>What if: %n change</numerusform>
            <numerusform>What if: %n changes</numerusform>
        </translation>
    </message>
</context>
</TS>
