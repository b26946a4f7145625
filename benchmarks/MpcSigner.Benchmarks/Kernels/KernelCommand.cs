using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace MpcSigner.Benchmarks.Kernels;

/// <summary>BenchmarkDotNet over the operations beneath the protocols, in this process: what is built is what is measured.</summary>
internal static class KernelCommand
{
    public static int Run(IReadOnlyList<string> filters)
    {
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddLogger(ConsoleLogger.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance);
        var arguments = filters.Count == 0 ? ["--filter", "*"] : (string[])["--filter", .. filters];
        var ran = BenchmarkSwitcher.FromTypes([typeof(GroupKernels)]).Run(arguments, config).SelectMany(summary => summary.Reports).Count();
        return ran > 0 ? 0 : 2;
    }
}
