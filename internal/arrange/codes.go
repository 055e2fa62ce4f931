package arrange

// CodeChanged refuses a decision about a handover whose evidence, or what stands beside it, is another than its author looked at.
const CodeChanged = "changed"
