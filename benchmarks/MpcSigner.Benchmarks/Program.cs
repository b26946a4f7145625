using MpcSigner.Benchmarks;
using MpcSigner.Benchmarks.Comparison;
using MpcSigner.Benchmarks.ConstantTime;
using MpcSigner.Benchmarks.Kernels;
using MpcSigner.Benchmarks.Protocols;
using MpcSigner.Benchmarks.Tokens;

const string Usage = """
    usage: MpcSigner.Benchmarks protocols [--json FILE] [--only ID,...] [--quick]
           MpcSigner.Benchmarks compare REVISION REVISION [--only ID,...] [--quick]      "." is the tree as it stands
           MpcSigner.Benchmarks constant-time [--json FILE] [--only ID,...] [--quick]
           MpcSigner.Benchmarks tokens [--json FILE] [--only ID,...] [--quick]            on SoftHSM2
           MpcSigner.Benchmarks kernels [FILTER ...]                                      "*Decode*"
    Pin it to one core: taskset -c 0 dotnet run -c Release --project benchmarks/MpcSigner.Benchmarks -- protocols ...
    """;

switch (args)
{
    case ["protocols", .. var rest] when Options.Parse(rest) is { } options:
        return ProtocolBenchmarks.Run(options);
    case ["compare", var a, var b, .. var rest] when Options.Parse(rest) is { Json: null } options:
        return CompareCommand.Run(a, b, options);
    case ["constant-time", .. var rest] when Options.Parse(rest) is { } options:
        return ConstantTimeCommand.Run(options);
    case ["tokens", .. var rest] when Options.Parse(rest) is { } options:
        return TokenCommand.Run(options);
    case ["kernels", .. var filters]:
        return KernelCommand.Run(filters);
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}
