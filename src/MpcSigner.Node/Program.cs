using MpcSigner.Node.Commands;

return await CommandLine.RunAsync(args, TimeProvider.System, Console.Out, Console.Error);
