<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>CopyDesk</name>
    <message numerus="yes">
        <source>%n value(s) copied.</source>
        <translation>
            <numerusform>%n value copied.</numerusform>
            <numerusform>%n values copied.</numerusform>
        </translation>
    </message>
</context>
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
    <name>ScaleBar</name>
    <message numerus="yes">
        <source>%n value(s) outside</source>
        <translation>
            <numerusform>%n value outside</numerusform>
            <numerusform>%n values outside</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n value(s) on screen lie outside this range: click to cover them all.</source>
        <translation>
            <numerusform>%n value on screen lies outside this range: click to cover it.</numerusform>
            <numerusform>%n values on screen lie outside this range: click to cover them all.</numerusform>
        </translation>
    </message>
</context>
</TS>
