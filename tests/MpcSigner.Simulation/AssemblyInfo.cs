// Histories measure the locked memory of the whole process: one at a time.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
