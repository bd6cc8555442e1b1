<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>HeatMap</name>
    <message numerus="yes">
        <source>Each pixel shows the largest of %n number(s), sign and all.</source>
        <translation>
            <numerusform>Each pixel shows %n number, sign and all.</numerusform>
            <numerusform>Each pixel shows the largest of %n numbers, sign and all.</numerusform>
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
</TS>
