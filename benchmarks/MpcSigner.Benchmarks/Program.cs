using MpcSigner.Benchmarks.Protocols;

if (args is not ["protocols", .. var options])
{
    Console.Error.WriteLine("""
        usage: MpcSigner.Benchmarks protocols [--json FILE] [--only ID,...] [--quick]
        CPU milliseconds of all parties of a protocol together, all in this process. Pin it to one core: taskset -c 0 dotnet run -c Release ...
        """);
    return 2;
}
return ProtocolBenchmarks.Run(options);
