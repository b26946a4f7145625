using Microsoft.Extensions.Logging;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Log;
using MpcSigner.Pkcs11.Faults;

namespace MpcSigner.Node.Unsealing;

/// <summary>Mixes a token's random generator into the node's: a sample at the start, another now and then. One that fails or repeats is told of, and the node goes on with the system's alone.</summary>
/// <param name="draw">The token's generator; blocks, and throws <see cref="Pkcs11Exception"/>.</param>
internal sealed class TokenRandomness(string label, TokenRandomness.Draw draw, MixedRandomSource random, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>Fills the whole span from the token.</summary>
    public delegate void Draw(Span<byte> destination);

    /// <summary>Between two samples.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private string? _trouble;

    /// <summary>Mixes the first sample in, and goes on with others in the background.</summary>
    public async Task StartAsync()
    {
        await Task.Run(MixOnce).ConfigureAwait(false);
        _running = Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, time, _stop.Token).ConfigureAwait(false);
                MixOnce();
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private void MixOnce()
    {
        var trouble = Try();
        if (trouble == _trouble)
            return; // said once, and not every time
        _trouble = trouble;
        if (trouble.Length == 0)
            UnsealLog.RandomnessMixed(logger, label);
        else
            UnsealLog.RandomnessFailed(logger, label, trouble);
    }

    /// <returns>Empty, or what is wrong with the generator.</returns>
    private string Try()
    {
        Span<byte> sample = stackalloc byte[MixedRandomSource.SampleSize];
        try
        {
            // Two draws: halves that are alike give a generator away that says the same each time.
            draw(sample[..(sample.Length / 2)]);
            draw(sample[(sample.Length / 2)..]);
            return random.Mix(sample) switch
            {
                EntropyVerdict.Mixed => "",
                EntropyVerdict.Repeated => "it gave bytes that it had given before: it is broken, and so may be the keys that it made",
                EntropyVerdict.NotJudged => throw new InvalidOperationException("a sample was not judged"),
            };
        }
        catch (Pkcs11Exception e)
        {
            return e.Message;
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(sample);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }
}
