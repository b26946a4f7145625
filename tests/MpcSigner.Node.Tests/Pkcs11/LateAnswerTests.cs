using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Keys;
using MpcSigner.Pkcs11.Sessions;
using Xunit;
using static MpcSigner.Node.Tests.Pkcs11.SoftToken;

namespace MpcSigner.Node.Tests.Pkcs11;

/// <summary>What a token says when nobody waits for it any more, or nobody is logged in any more.</summary>
[Collection(Pkcs11Collection.Name)]
public sealed class LateAnswerTests : IDisposable
{
    private const int Login = 18;
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    public void Dispose() => FaultyModule.Rules();

    [Fact]
    public void What_is_not_found_without_a_login_is_looked_for_again_with_one()
    {
        using var token = FaultyModule.Open();
        SealingKey.Generate(token, Name(), Limit);
        FaultyModule.Rules("logout C_FindObjectsInit 0 1");
        Assert.Single(token.ListKeys(Limit));
        FaultyModule.Rules("logout C_FindObjectsInit 0 1");
        token.Poll(Limit); // its handle is known: it must be looked for
        SealingKey.Find(token, Name(), Limit).Destroy(Limit);
        FaultyModule.Rules();
        Assert.Empty(token.ListKeys(Limit));
        Assert.Equal(TokenState.Ready, token.State);
    }

    [Fact]
    public void A_pin_that_is_refused_late_on_return_is_dropped()
    {
        using var token = LeftLoggingIn(out var before);
        FaultyModule.Rules("fail C_Login 0xA0 1");
        Returned();
        Assert.Equal(TokenState.PinWrong, token.Poll(Limit));
        for (var i = 0; i < 3; i++)
            Assert.Equal(Pkcs11Failure.PinWrong, Refusal(token).Failure);
        Assert.Equal(1, FaultyModule.Calls(Login) - before);
        token.Login(PinBytes, Limit);
        Use(token);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("fail C_Login 0x30 1")]
    public void A_login_on_return_that_ends_late_is_followed_by_another_only_then(string? answer)
    {
        using var token = LeftLoggingIn(out _);
        FaultyModule.Rules(answer is null ? [] : [answer]);
        Returned();
        Assert.Equal(TokenState.Ready, token.Poll(Limit));
        Use(token);
    }

    [Theory]
    [InlineData("0x0")]
    [InlineData("0x30")]
    public void A_session_of_a_lost_connection_is_not_closed_when_its_call_comes_back(string answer)
    {
        const int CloseSession = 13;
        using var token = FaultyModule.Open();
        var key = SealingKey.Generate(token, Name(), Limit);
        FaultyModule.Rules("stall C_GenerateRandom 20000 1", "fail C_EncryptInit 0x32 1");
        Assert.Equal(Pkcs11Failure.Timeout, Assert.Throws<Pkcs11Exception>(() => token.FillRandom(new byte[16], Short)).Failure);
        Assert.Equal(Pkcs11Failure.TokenLost, Assert.Throws<Pkcs11Exception>(() => key.Seal([1], [], Limit)).Failure);
        key.Seal([1], [], Limit);
        Assert.Equal((TokenState.Ready, 1), (token.State, FaultyModule.Module.StalledCalls));

        // Its number may be a session's of the connection that is now.
        var before = FaultyModule.Calls(CloseSession);
        FaultyModule.Rules($"fail C_GenerateRandom {answer} 1");
        Returned();
        Thread.Sleep(200);
        Assert.Equal(0, FaultyModule.Calls(CloseSession) - before);
        Use(token);
    }

    /// <summary>It came back, and the answer to its PIN is out; nothing is tried meanwhile.</summary>
    private static Pkcs11Token LeftLoggingIn(out long before)
    {
        var token = FaultyModule.Open();
        FaultyModule.Rules("gone");
        Refusal(token);
        before = FaultyModule.Calls(Login);
        FaultyModule.Rules("stall C_Login 20000");
        for (var i = 0; i < 5; i++)
            Assert.Equal(TokenState.Lost, token.Poll(Short));
        Assert.Equal((1, 1), (FaultyModule.Calls(Login) - before, FaultyModule.Module.StalledCalls));
        return token;
    }

    private static Pkcs11Exception Refusal(Pkcs11Token token) => Assert.Throws<Pkcs11Exception>(() => Use(token));

    private static void Use(Pkcs11Token token) => token.FillRandom(new byte[16], Limit);

    private static void Returned() => Assert.True(SpinWait.SpinUntil(() => FaultyModule.Module.StalledCalls == 0, Limit), "stalled calls did not return");
}
