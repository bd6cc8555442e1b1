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
    <name>RowDrawer</name>
    <message numerus="yes">
        <source>✓ stored = recomputed in all %n cell(s) (largest Δ {most})</source>
        <translation>
            <numerusform>✓ stored = recomputed in %n cell (Δ {most})</numerusform>
            <numerusform>✓ stored = recomputed in all %n cells (largest Δ {most})</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>✗ %n cell(s) differ (largest Δ {most})</source>
        <translation>
            <numerusform>✗ %n cell differs (Δ {most})</numerusform>
            <numerusform>✗ %n cells differ (largest Δ {most})</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TermsModel</name>
    <message numerus="yes">
        <source>%n other(s), Σ</source>
        <translation>
            <numerusform>%n other term, Σ</numerusform>
            <numerusform>%n other terms, Σ</numerusform>
        </translation>
    </message>
</context>
</TS>
