// Time and memory of one input are measured: one test at a time.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
