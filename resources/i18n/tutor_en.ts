<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>BarsDesk</name>
    <message numerus="yes">
        <source>the other %n token(s) together</source>
        <translation>
            <numerusform>the %n other token</numerusform>
            <numerusform>the other %n tokens together</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n token(s) found; Return pins the first.</source>
        <translation>
            <numerusform>%n token found; Return pins it.</numerusform>
            <numerusform>%n tokens found; Return pins the first.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ColumnBars</name>
    <message numerus="yes">
        <source>%n column(s).</source>
        <translation>
            <numerusform>%n column.</numerusform>
            <numerusform>%n columns.</numerusform>
        </translation>
    </message>
</context>
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
    <name>LessonDesk</name>
    <message numerus="yes">
        <source>%n minute(s)</source>
        <translation>
            <numerusform>%n minute</numerusform>
            <numerusform>%n minutes</numerusform>
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
<context>
    <name>VocabDesk</name>
    <message numerus="yes">
        <source>%n other token(s)</source>
        <translation>
            <numerusform>%n other token</numerusform>
            <numerusform>%n other tokens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The text does not say what its %n gap(s) hid, so the model&apos;s surprise at it is not known.</source>
        <translation>
            <numerusform>The text does not say what its %n gap hid, so the model&apos;s surprise at it is not known.</numerusform>
            <numerusform>The text does not say what its %n gaps hid, so the model&apos;s surprise at them is not known.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>−log p of what the gaps hid: mean {mean} {unit} over %n gap(s).</source>
        <translation>
            <numerusform>−log p of what the gap hid: mean {mean} {unit} over %n gap.</numerusform>
            <numerusform>−log p of what the gaps hid: mean {mean} {unit} over %n gaps.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>−log p of each true next token: mean {mean} {unit} over %n token(s). In nats the mean is the training loss of this text; e to its power, {perplexity}, is the perplexity.</source>
        <translation>
            <numerusform>−log p of the true next token: mean {mean} {unit} over %n token. In nats this is the training loss of this text; e to its power, {perplexity}, is the perplexity.</numerusform>
            <numerusform>−log p of each true next token: mean {mean} {unit} over %n tokens. In nats the mean is the training loss of this text; e to its power, {perplexity}, is the perplexity.</numerusform>
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
