using System.CommandLine;
using MpcSigner.Cli.Benchmarks;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>bench sign</c>.</summary>
internal static class BenchSign
{
    private const int MaxRate = 10_000;

    public static Command Create(Func<Command, Runner> bind)
    {
        var client = new ClientOptions();
        var key = new Option<string>("--key") { HelpName = "ID", Description = "The key that signs", Required = true };
        var what = new SignPayload();
        var rate = new Option<int>("--rate") { HelpName = "N", Description = "Signatures begun a second, 1..10000", DefaultValueFactory = _ => 50 };
        var seconds = new Option<int?>("--seconds") { HelpName = "S", Description = "How long; until --until or an interrupt if not given" };
        var until = new Option<string?>("--until") { HelpName = "FILE", Description = "End when this file exists" };
        var command = SharedOptions.Command("sign", """
            Sign the same payload again and again at a steady rate, each time as a new request, and verify every signature.
            Tells how many were made, how many failed, and the longest time during which none was finished.
            """, "bench sign --key ID --rate 50 --seconds 10 --digest 8f43…", "bench sign --key ID --solana-transfer config/solana-transfer.json --until done");
        foreach (var option in (Option[])[key, .. what.Options, rate, seconds, until, .. client.All])
            command.Options.Add(option);
        command.Validators.Add(what.Validate);
        command.Validators.Add(result =>
        {
            if (result.GetResult(rate)?.GetValueOrDefault<int>() is < 1 or > MaxRate)
                result.AddError($"--rate must be 1..{MaxRate}.");
            if (result.GetResult(seconds)?.GetValueOrDefault<int?>() is < 1 or > 86_400)
                result.AddError("--seconds must be 1..86400.");
        });
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var connection = await MpcSignerClient.ConnectAsync(client.Load(parsed), cancellation).ConfigureAwait(false);
            var signingKey = await connection.GetKeyAsync(parsed.GetValue(key)!, cancellation).ConfigureAwait(false);
            var payload = what.Read(parsed, signingKey.Id, signingKey.Derive("m"));
            var load = new SigningLoad(connection, signingKey.Id, payload, parsed.GetValue(rate), TimeProvider.System);
            var result = await load.RunAsync(parsed.GetValue(seconds) is { } s ? TimeSpan.FromSeconds(s) : null, parsed.GetValue(until), cancellation).ConfigureAwait(false);
            // Asked anew, under the roster as it is now: a connection that knows the key would not notice that nodes show another.
            await using var anew = await MpcSignerClient.ConnectAsync(client.Load(parsed), CancellationToken.None).ConfigureAwait(false);
            var publicKeyAfter = Convert.ToHexStringLower((await anew.GetKeyAsync(signingKey.Id, CancellationToken.None).ConfigureAwait(false)).PublicKey.Span);
            var publicKey = Convert.ToHexStringLower(signingKey.PublicKey.Span);
            report.Result(new
            {
                result.Signatures,
                result.Failures,
                Seconds = Math.Round(result.Took.TotalSeconds, 1),
                LongestPauseMilliseconds = Math.Round(result.LongestPause.TotalMilliseconds),
                MedianMilliseconds = Math.Round(result.Median.TotalMilliseconds, 1),
                SlowestMilliseconds = Math.Round(result.Slowest.TotalMilliseconds),
                PublicKey = publicKey,
                PublicKeyUnchanged = publicKey == publicKeyAfter,
                FirstFailure = result.FirstFailure,
            }, text =>
            {
                text.WriteLine($"{result.Signatures} signatures made and verified in {result.Took.TotalSeconds:0.0} s, {result.Failures} failed{(result.FirstFailure is null ? "" : $": {result.FirstFailure}")}");
                text.WriteLine($"longest pause {result.LongestPause.TotalMilliseconds:0} ms; a signature took {result.Median.TotalMilliseconds:0.0} ms (median), {result.Slowest.TotalMilliseconds:0} ms at most");
                text.WriteLine($"public key {(publicKey == publicKeyAfter ? "unchanged" : "CHANGED")}: {publicKeyAfter}");
            });
            return result.Failures == 0 && publicKey == publicKeyAfter ? ExitCode.Ok : ExitCode.Unavailable;
        });
        return command;
    }
}
