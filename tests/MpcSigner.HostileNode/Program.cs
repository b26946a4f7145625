using MpcSigner.HostileNode.Host;

return await HostileHost.RunAsync(args, TimeProvider.System, Console.Out, Console.Error);
