using MpcSigner.Benchmarks;
using MpcSigner.Benchmarks.Comparison;
using MpcSigner.Benchmarks.Protocols;

const string Usage = """
    usage: MpcSigner.Benchmarks protocols [--json FILE] [--only ID,...] [--quick]
           MpcSigner.Benchmarks compare REVISION REVISION [--only ID,...] [--quick]      "." is the tree as it stands
    Pin it to one core: taskset -c 0 dotnet run -c Release --project benchmarks/MpcSigner.Benchmarks -- protocols ...
    """;

switch (args)
{
    case ["protocols", .. var rest] when Options.Parse(rest) is { } options:
        return ProtocolBenchmarks.Run(options);
    case ["compare", var a, var b, .. var rest] when Options.Parse(rest) is { Json: null } options:
        return CompareCommand.Run(a, b, options);
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}
