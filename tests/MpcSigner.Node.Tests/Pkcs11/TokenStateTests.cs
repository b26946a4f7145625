using System.Collections.Concurrent;
using System.Diagnostics;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Keys;
using MpcSigner.Pkcs11.Sessions;
using Xunit;
using static MpcSigner.Node.Tests.Pkcs11.SoftToken;

namespace MpcSigner.Node.Tests.Pkcs11;

/// <summary>PINs, loss and return, stalls, sessions: what state follows, and that nothing is tried that must not be.</summary>
[Collection(Pkcs11Collection.Name)]
public sealed class TokenStateTests : IDisposable
{
    private const int Login = 18;
    private const string FinalTry = "flags 0x20000";
    private const string Locked = "flags 0x40000";
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    public void Dispose() => FaultyModule.Rules();

    [Fact]
    public void A_wrong_pin_is_tried_once_and_never_again_by_itself()
    {
        using var token = FaultyModule.Open(login: false);
        Assert.Equal(TokenState.LoginRequired, token.State);
        Assert.Equal(Pkcs11Failure.LoginRequired, Refusal(token).Failure);

        var before = FaultyModule.Calls(Login);
        var wrong = Assert.Throws<Pkcs11Exception>(() => token.Login("wrong-pin-1234"u8, Limit));
        Assert.Equal((Pkcs11Failure.PinWrong, "C_Login", "CKR_PIN_INCORRECT", Remedy.Operator), (wrong.Failure, wrong.Function, wrong.CodeName, wrong.Remedy));
        Assert.DoesNotContain("1234", wrong.ToString() + token + token.LastFailure, StringComparison.Ordinal);
        Assert.Equal(TokenState.PinWrong, token.State);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(Pkcs11Failure.PinWrong, Refusal(token).Failure);
            Assert.Equal(TokenState.PinWrong, token.Poll(Limit));
        }
        Assert.Equal(1, FaultyModule.Calls(Login) - before);

        // Of a length that no PIN of this token has: not even tried.
        Assert.Equal(Pkcs11Failure.PinInvalid, Assert.Throws<Pkcs11Exception>(() => token.Login("abc"u8, Limit)).Failure);
        Assert.Equal(1, FaultyModule.Calls(Login) - before);

        token.Login(PinBytes, Limit);
        Assert.Equal(TokenState.Ready, token.State);
        Assert.Null(token.LastFailure);
        Use(token);
    }

    [Fact]
    public void A_locked_pin_and_a_last_try_are_left_alone()
    {
        using var token = FaultyModule.Open(login: false);
        var before = FaultyModule.Calls(Login);
        FaultyModule.Rules(Locked);
        Assert.Equal(Pkcs11Failure.PinLocked, Assert.Throws<Pkcs11Exception>(() => token.Login(PinBytes, Limit)).Failure);
        Assert.Equal(TokenState.PinLocked, token.State);
        FaultyModule.Rules(FinalTry);
        Assert.Equal(Pkcs11Failure.PinFinalTry, Assert.Throws<Pkcs11Exception>(() => token.Login(PinBytes, Limit)).Failure);
        Assert.Equal(TokenState.PinFinalTry, token.State);
        Assert.Equal(0, FaultyModule.Calls(Login) - before);
        FaultyModule.Rules("fail C_Login 0xA4");
        var locked = Assert.Throws<Pkcs11Exception>(() => token.Login(PinBytes, Limit));
        Assert.Equal((Pkcs11Failure.PinLocked, "CKR_PIN_LOCKED"), (locked.Failure, locked.CodeName));
        Assert.Equal(TokenState.PinLocked, token.State);

        using var sure = FaultyModule.Open(login: false, allowFinalTry: true);
        FaultyModule.Rules(FinalTry);
        sure.Login(PinBytes, Limit);
        Assert.Equal(TokenState.Ready, sure.State);
    }

    [Fact]
    public void A_login_left_over_does_not_make_a_wrong_pin_right()
    {
        using var token = FaultyModule.Open(login: false);
        // The module logs in, and says something else: the token is logged in without our knowing.
        FaultyModule.Rules("after C_Login 0x5 1");
        Assert.Equal(Pkcs11Failure.DeviceFailed, Assert.Throws<Pkcs11Exception>(() => token.Login(PinBytes, Limit)).Failure);
        Assert.Equal(TokenState.LoginRequired, token.State);
        Assert.Equal(Pkcs11Failure.PinWrong, Assert.Throws<Pkcs11Exception>(() => token.Login("wrong-pin-1234"u8, Limit)).Failure);
        token.Login(PinBytes, Limit);
        Use(token);
    }

    [Fact]
    public void A_token_that_is_pulled_is_lost_and_heals_when_it_is_back()
    {
        using var token = FaultyModule.Open();
        ConcurrentQueue<TokenState> states = [];
        token.StateChanged += states.Enqueue;
        var key = SealingKey.Generate(token, Name(), Limit);
        var sealedBytes = key.Seal([1, 2, 3], [], Limit);

        FaultyModule.Rules("gone");
        var lost = Assert.Throws<Pkcs11Exception>(() => key.Seal([1], [], Limit));
        Assert.Equal((Pkcs11Failure.TokenLost, Remedy.Retry), (lost.Failure, lost.Remedy));
        Assert.Equal(TokenState.Lost, token.State);
        Assert.Equal(Pkcs11Failure.TokenLost, Refusal(token).Failure);
        Assert.Equal(TokenState.Lost, token.Poll(Limit));
        Assert.Equal(Pkcs11Failure.TokenLost, token.LastFailure!.Failure);

        FaultyModule.Rules();
        var opened = new byte[3];
        key.Open(sealedBytes, [], opened, Limit);
        Assert.Equal([1, 2, 3], opened);
        Assert.Equal(TokenState.Ready, token.State);
        Assert.Equal([TokenState.Lost, TokenState.Ready], states);
    }

    [Fact]
    public void It_is_looked_for_no_more_often_than_stated_unless_asked()
    {
        using var token = FaultyModule.Open(healInterval: TimeSpan.FromHours(1));
        FaultyModule.Rules("gone");
        Refusal(token);
        Refusal(token);
        FaultyModule.Rules();
        Assert.Equal(Pkcs11Failure.TokenLost, Refusal(token).Failure);
        Assert.Equal(TokenState.Ready, token.Poll(Limit));
        Use(token);
    }

    [Fact]
    public void Another_token_of_the_same_label_is_not_it()
    {
        using var token = FaultyModule.Open();
        FaultyModule.Rules("gone");
        Refusal(token);
        FaultyModule.Rules("serial another");
        var other = Refusal(token);
        Assert.Equal(Pkcs11Failure.TokenLost, other.Failure);
        Assert.Contains("serial another", other.Message, StringComparison.Ordinal);
        Assert.Equal(TokenState.Lost, token.State);
        FaultyModule.Rules();
        Use(token);
        // Exchanged without a moment's absence: the next look sees it.
        FaultyModule.Rules("serial another");
        Assert.Equal(TokenState.Lost, token.Poll(Limit));
    }

    [Theory]
    [InlineData("fail C_Login 0xA0", TokenState.PinWrong, 1)]
    [InlineData("fail C_Login 0xA4", TokenState.PinLocked, 1)]
    [InlineData("fail C_Login 0xA3", TokenState.LoginRequired, 1)]
    [InlineData(FinalTry, TokenState.PinFinalTry, 0)]
    [InlineData(Locked, TokenState.PinLocked, 0)]
    public void A_pin_that_is_refused_on_return_is_dropped(string rule, TokenState expected, int tries)
    {
        using var token = FaultyModule.Open();
        FaultyModule.Rules("gone");
        Refusal(token);
        var before = FaultyModule.Calls(Login);
        FaultyModule.Rules(rule);
        Refusal(token);
        Assert.Equal(expected, token.State);
        FaultyModule.Rules();
        for (var i = 0; i < 3; i++)
            Refusal(token);
        Assert.Equal(tries, FaultyModule.Calls(Login) - before);
        token.Login(PinBytes, Limit);
        Use(token);
    }

    [Fact]
    public void A_login_that_fails_for_the_tokens_reasons_on_return_is_tried_again_when_it_is_well()
    {
        using var token = FaultyModule.Open();
        FaultyModule.Rules("gone");
        Refusal(token);
        FaultyModule.Rules("fail C_Login 0x30");
        Refusal(token);
        Assert.Equal(TokenState.Lost, token.State);
        FaultyModule.Rules();
        Use(token);
    }

    [Fact]
    public void A_call_that_stalls_costs_its_caller_no_more_than_the_limit()
    {
        using var token = FaultyModule.Open();
        var key = SealingKey.Generate(token, Name(), Limit);
        FaultyModule.Rules("stall C_Encrypt 20000 1");
        var watch = Stopwatch.StartNew();
        var late = Assert.Throws<Pkcs11Exception>(() => key.Seal([1, 2, 3], [], Short));
        Assert.Equal((Pkcs11Failure.Timeout, Remedy.Retry), (late.Failure, late.Remedy));
        Assert.InRange(watch.Elapsed, Short - TimeSpan.FromMilliseconds(20), Short + TimeSpan.FromSeconds(10)); // timers may be a tick early
        Assert.Equal(1, FaultyModule.Module.StalledCalls);
        Assert.Equal(TokenState.Ready, token.State);
        // Another session serves meanwhile.
        var opened = new byte[1];
        key.Open(key.Seal([7], [], Limit), [], opened, Limit);
        Assert.Equal(7, opened[0]);
        Release();
        Assert.Equal(0, FaultyModule.Module.StalledCalls);
    }

    [Fact]
    public void Too_many_stalled_calls_lose_the_token_until_they_return()
    {
        using var token = FaultyModule.Open();
        var key = SealingKey.Generate(token, Name(), Limit);
        FaultyModule.Rules("stall C_Encrypt 20000");
        for (var i = 0; i < FaultyModule.MaxStalled; i++)
            Assert.Equal(Pkcs11Failure.Timeout, Assert.Throws<Pkcs11Exception>(() => key.Seal([1], [], Short)).Failure);
        var watch = Stopwatch.StartNew();
        var refused = Assert.Throws<Pkcs11Exception>(() => key.Seal([1], [], Limit));
        Assert.Equal(Pkcs11Failure.TokenLost, refused.Failure);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), "it waited");
        Assert.Equal(TokenState.Lost, token.State);
        Release();
        key.Seal([1], [], Limit);
        Assert.Equal(TokenState.Ready, token.State);
    }

    [Fact]
    public void A_key_that_is_made_too_late_is_destroyed()
    {
        using var token = FaultyModule.Open();
        FaultyModule.Rules("stall C_GenerateKey 20000 1");
        Assert.Equal(Pkcs11Failure.Timeout, Assert.Throws<Pkcs11Exception>(() => SealingKey.Generate(token, Name(), Short)).Failure);
        FaultyModule.Rules("stall C_GenerateKeyPair 20000 1");
        Assert.Equal(Pkcs11Failure.Timeout, Assert.Throws<Pkcs11Exception>(() => SigningKey.Generate(token, Name(), SigningAlgorithm.P256, Short)).Failure);
        Release();
        Assert.Empty(token.ListKeys(Limit));
        SealingKey.Generate(token, Name(), Limit);
    }

    [Fact]
    public void A_login_that_comes_too_late_is_not_kept()
    {
        using var token = FaultyModule.Open(login: false);
        FaultyModule.Rules("stall C_Login 20000 1");
        Assert.Equal(Pkcs11Failure.Timeout, Assert.Throws<Pkcs11Exception>(() => token.Login(PinBytes, Short)).Failure);
        Assert.Equal(TokenState.LoginRequired, token.State);
        Release();
        Assert.Equal(Pkcs11Failure.LoginRequired, Refusal(token).Failure);
        token.Login(PinBytes, Limit);
        Use(token);
    }

    [Fact]
    public async Task The_tokens_bound_on_sessions_is_lived_with()
    {
        using var token = FaultyModule.Open(maxSessions: 8);
        var key = SealingKey.Generate(token, Name(), Limit);
        // The anchor, the one that is open by now, and one more.
        FaultyModule.Rules("sessions 3");
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => key.Seal([1], [], Limit))));
        Assert.InRange(token.SessionBound, 1, 8);
        Assert.Equal(TokenState.Ready, token.State);

        using var none = FaultyModule.Open();
        FaultyModule.Rules("sessions 1");
        var busy = Refusal(none);
        Assert.Equal((Pkcs11Failure.TokenBusy, Remedy.Retry, "CKR_SESSION_COUNT"), (busy.Failure, busy.Remedy, busy.CodeName));
        FaultyModule.Rules();
        Use(none);
    }

    [Fact]
    public async Task Who_waits_for_a_session_waits_no_longer_than_the_limit()
    {
        using var token = FaultyModule.Open(maxSessions: 1);
        var key = SealingKey.Generate(token, Name(), Limit);
        FaultyModule.Rules("stall C_Encrypt 20000 1");
        var holder = Task.Run(() => key.Seal([1], [], Limit));
        Assert.True(SpinWait.SpinUntil(() => FaultyModule.Calls(30) > 0 && !holder.IsCompleted, Limit));
        await Task.Delay(100);
        var busy = Assert.Throws<Pkcs11Exception>(() => key.Seal([2], [], Short));
        Assert.Equal(Pkcs11Failure.TokenBusy, busy.Failure);
        FaultyModule.Rules();
        Assert.NotEmpty(await holder);
    }

    [Fact]
    public async Task Thirty_two_users_share_a_token_that_is_pulled_under_them()
    {
        using var token = FaultyModule.Open(maxSessions: 8);
        var key = SealingKey.Generate(token, Name(), Limit);
        var identity = SigningKey.Generate(token, Name("identity", 2), SigningAlgorithm.Ed25519, Limit);
        var (done, lost) = (0, 0);
        using var stop = new CancellationTokenSource();
        var users = Enumerable.Range(0, 32).Select(user => Task.Run(() =>
        {
            byte[] secret = [.. Enumerable.Repeat((byte)user, 32)], context = [(byte)user], opened = new byte[32];
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    key.Open(key.Seal(secret, context, Limit), context, opened, Limit);
                    Assert.Equal(secret, opened);
                    Assert.Equal(64, identity.Sign(secret, Limit).Length);
                    Interlocked.Increment(ref done);
                }
                catch (Pkcs11Exception e) when (e.Failure is Pkcs11Failure.TokenLost)
                {
                    Interlocked.Increment(ref lost);
                }
            }
        })).ToArray();
        for (var i = 0; i < 3; i++)
        {
            await Task.Delay(200);
            FaultyModule.Rules("gone");
            await Task.Delay(100);
            FaultyModule.Rules();
        }
        await Task.Delay(200);
        var before = Volatile.Read(ref done);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref done) > before + 32, Limit), "it did not heal");
        await stop.CancelAsync();
        await Task.WhenAll(users);
        Assert.True(lost > 0, "nobody noticed");
        Assert.Equal(TokenState.Ready, token.Poll(Limit));
        Assert.Equal(0, FaultyModule.Module.StalledCalls);
    }

    [Fact]
    public void Random_bytes_come_from_the_token_and_are_not_believed_blindly()
    {
        using var token = FaultyModule.Open();
        var (one, two) = (new byte[Pkcs11Token.MaxRandomBytes], new byte[Pkcs11Token.MaxRandomBytes]);
        token.FillRandom(one, Limit);
        token.FillRandom(two, Limit);
        Assert.NotEqual(one, two);
        Assert.Throws<ArgumentOutOfRangeException>(() => token.FillRandom(new byte[Pkcs11Token.MaxRandomBytes + 1], Limit));
        token.TrySeedRandom([1, 2, 3], Limit);
        FaultyModule.Rules("fail C_SeedRandom 0x120");
        Assert.False(token.TrySeedRandom([1, 2, 3], Limit));
        // Says that it is done, and wrote nothing.
        FaultyModule.Rules("fail C_GenerateRandom 0");
        Assert.Equal(Pkcs11Failure.BadAnswer, Assert.Throws<Pkcs11Exception>(() => token.FillRandom(one, Limit)).Failure);
    }

    private static Pkcs11Exception Refusal(Pkcs11Token token) => Assert.Throws<Pkcs11Exception>(() => Use(token));

    private static void Use(Pkcs11Token token) => token.FillRandom(new byte[16], Limit);

    private static void Release()
    {
        FaultyModule.Rules();
        Assert.True(SpinWait.SpinUntil(() => FaultyModule.Module.StalledCalls == 0, Limit), "stalled calls did not return");
    }
}
