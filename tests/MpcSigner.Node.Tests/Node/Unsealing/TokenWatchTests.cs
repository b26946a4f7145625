using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using MpcSigner.Core.Faults;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Services;
using MpcSigner.Node.Unsealing;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Sessions;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode.Unsealing;

public sealed class TokenWatchTests
{
    private sealed class Token : IWatchedToken
    {
        private int _polls;

        public string Label => "zone-a";

        public TokenState State { get; set; } = TokenState.Ready;

        public string Trouble { get; set; } = "";

        public int Polls => Volatile.Read(ref _polls);

        public void Poll(TimeSpan limit) => Interlocked.Increment(ref _polls);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 3_000 && !condition(); i++)
            await Task.Delay(10);
        Assert.True(condition());
    }

    [Theory]
    [InlineData(TokenState.Lost, "TokenLost", "CKR_DEVICE_REMOVED")]
    [InlineData(TokenState.LoginRequired, "Sealed", "asks for its PIN")]
    [InlineData(TokenState.PinWrong, "Sealed", "not tried again")]
    [InlineData(TokenState.PinFinalTry, "Sealed", "locks at the next wrong PIN")]
    [InlineData(TokenState.PinLocked, "Sealed", "an incident")]
    public async Task Tells_what_became_of_the_token_and_that_it_is_back(TokenState state, string seal, string says)
    {
        var (time, token, health) = (new ManualTime(), new Token { Trouble = "C_Decrypt: CKR_DEVICE_REMOVED" }, new NodeHealth(SealStanding.Unsealed));
        health.IsServing = true;
        await using var watch = new TokenWatch([new Token(), token], health, time, NullLogger.Instance);
        await UntilAsync(() => time.Timers == 1);
        Assert.Equal(SealState.Unsealed, health.Seal.State);

        token.State = state;
        time.Advance(TokenWatch.Interval);
        await UntilAsync(() => health.Seal.State != SealState.Unsealed);
        Assert.Equal(seal, health.Seal.State.ToString());
        Assert.Contains(says, health.Seal.Detail, StringComparison.Ordinal);
        Assert.Equal(seal == "Sealed" ? Reason.Sealed : Reason.TokenLost, health.Seal.ToError().Reason);
        Assert.NotEmpty(health.Seal.NextStep);
        Assert.True(health.IsServing); // with what it has open

        token.State = TokenState.Ready;
        await UntilAsync(() => time.Timers == 1);
        time.Advance(TokenWatch.Interval);
        await UntilAsync(() => health.Seal.State == SealState.Unsealed);
        Assert.True(token.Polls >= 3);
    }

    [Fact]
    public async Task A_generator_is_mixed_in_at_the_start_and_again_and_told_of_when_it_fails_or_repeats()
    {
        var log = new QuorumScene();
        var (time, lines) = (log.Time, log.Log);
        using var random = new MixedRandomSource(SystemRandomSource.Instance);
        var how = new ConcurrentQueue<string>(["good", "good", "dead", "dead", "stuck", "good"]);
        void Draw(Span<byte> span)
        {
            Assert.True(how.TryPeek(out var way));
            if (way == "dead")
                throw new Pkcs11Exception(Pkcs11Failure.TokenLost, "zone-a", "C_GenerateRandom: CKR_DEVICE_REMOVED");
            if (way == "good")
                SystemRandomSource.Instance.Fill(span);
            else
                span.Fill(7);
        }

        await using (var randomness = new TokenRandomness("zone-a", Draw, random, time, log))
        {
            await randomness.StartAsync();
            Assert.True(random.IsMixed);
            while (how.Count > 1)
            {
                await UntilAsync(() => time.Timers == 1);
                how.TryDequeue(out _);
                time.Advance(TokenRandomness.Interval);
            }
            await UntilAsync(() => time.Timers == 1);
        }
        // Each change once: mixed, failed, repeats, mixed.
        Assert.Collection(lines,
            line => Assert.Contains("are mixed into", line, StringComparison.Ordinal),
            line => Assert.Contains("CKR_DEVICE_REMOVED", line, StringComparison.Ordinal),
            line => Assert.Contains("given before", line, StringComparison.Ordinal),
            line => Assert.Contains("are mixed into", line, StringComparison.Ordinal));
        log.Dispose();
    }
}
