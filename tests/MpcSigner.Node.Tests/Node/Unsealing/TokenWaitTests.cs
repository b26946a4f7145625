using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Unsealing;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode.Unsealing;

public class TokenWaitTests
{
    private sealed class Token(params string?[] says) : IIdentitySigner
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public Ed25519PublicKey PublicKey => throw new NotSupportedException();

        public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
        {
            Assert.NotEqual(32, message.Length); // no statement of a protocol
            if (says[Math.Min(Interlocked.Increment(ref _calls) - 1, says.Length - 1)] is { } why)
                throw new IdentityUnavailableException(why);
        }
    }

    [Fact]
    public async Task Tries_at_growing_intervals_until_the_token_signs()
    {
        var time = new ManualTime();
        var token = new Token("gone", "gone", "locked", "gone", "gone", "gone", null);
        List<string> said = [];
        var waiting = new TokenWait(time).UntilSigningAsync(token, said.Add, CancellationToken.None);
        var pauses = new List<double>();
        for (var tries = 1; tries < 7; tries++)
        {
            while (token.Calls < tries || time.Timers == 0)
                await Task.Delay(1);
            var slept = 0.0;
            while (token.Calls == tries)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                slept++;
                while (time.Timers == 0 && token.Calls == tries)
                    await Task.Delay(1); // it woke up, and tries again as soon as a thread is free
            }
            pauses.Add(slept);
        }
        Assert.Same(token, await waiting);
        Assert.Equal(7, token.Calls);
        Assert.Equal([1, 2, 4, 8, 15, 15], pauses);
        Assert.Equal(["gone", "locked", "gone"], said);
    }

    [Fact]
    public async Task Ends_when_the_process_stops()
    {
        using var stop = new CancellationTokenSource();
        var waiting = new TokenWait(TimeProvider.System).UntilSigningAsync(new Token("gone"), _ => { }, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
