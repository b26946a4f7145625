using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Options;
using MpcSigner.Node.Tests.Pkcs11;
using MpcSigner.Node.Vault;
using MpcSigner.Node.Vault.Tokens;
using MpcSigner.Pkcs11.Sessions;
using Xunit;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>A start that waits for one token asks the shelf for all of them, again and again: no PIN may be given again by that.</summary>
[Collection(Pkcs11Collection.Name)]
public sealed class TokenShelfTests : IDisposable
{
    private const int Login = 18;

    /// <summary>A library of its own: the other one is in use, and a module is taken into use once a process.</summary>
    private static readonly Lazy<string> Library = new(() =>
    {
        _ = FaultyModule.Module;
        var copy = Path.Combine(SoftToken.Folder, "shelf.so");
        File.Copy(FaultyModule.LibraryPath, copy);
        return copy;
    });

    private readonly TokenShelf _shelf = new(null, TimeProvider.System);
    private readonly HsmOptions _options;
    private int _read;

    public TokenShelfTests()
    {
        FaultyModule.Rules();
        _options = new() { Module = Library.Value, Token = SoftToken.NewLabel("shelf"), Pin = null!, Timeout = SoftToken.Limit };
    }

    public void Dispose()
    {
        FaultyModule.Rules();
        _shelf.Dispose();
    }

    [Fact]
    public async Task A_pin_that_was_refused_is_neither_read_nor_given_again()
    {
        var before = Logins();
        for (var i = 0; i < 5; i++)
            Assert.Equal(VaultRefusal.WrongPin, await Refused("wrong-pin-1234"));
        Assert.Equal((1, 1), (Logins() - before, _read));
    }

    [Theory]
    [InlineData(0x30, true)]
    [InlineData(0x32, true)]
    [InlineData(0x80000123, false)]
    public async Task A_pin_to_which_the_token_says_neither_yes_nor_no_is_not_given_again(ulong code, bool seemsAway)
    {
        await Refused("abc"); // found, and nothing tried
        var (before, read) = (Logins(), _read);
        FaultyModule.Rules($"fail C_Login 0x{code:X}");
        Assert.Equal(seemsAway ? VaultRefusal.TokenUnavailable : VaultRefusal.TokenUnfit, await Refused(SoftToken.Pin));
        for (var i = 0; i < 3; i++)
            Assert.Equal(VaultRefusal.TokenUnfit, await Refused(SoftToken.Pin));
        Assert.Equal((1, 1), (Logins() - before, _read - read));
    }

    [Fact]
    public async Task While_a_login_is_out_no_pin_is_given_and_a_right_one_serves_afterwards()
    {
        var before = Logins();
        await LeaveLoginOut(SoftToken.Pin);
        Assert.Equal((1, 1), (Logins() - before, _read));
        FaultyModule.Rules();
        Assert.Equal(_options.Token, (await Until(refusal => refusal is null, SoftToken.Pin))!.Label);
        Assert.Equal(TokenState.Ready, Assert.Single(_shelf.InUse).State);
    }

    [Fact]
    public async Task A_pin_that_is_refused_when_nobody_waits_any_more_is_not_given_again()
    {
        var before = Logins();
        await LeaveLoginOut("wrong-pin-1234");
        FaultyModule.Rules();
        await Until(refusal => refusal is VaultRefusal.WrongPin, "wrong-pin-1234");
        Assert.Equal((1, 1), (Logins() - before, _read));
    }

    [Fact]
    public async Task A_token_that_is_away_before_it_is_given_a_pin_gets_it_when_it_is_back()
    {
        await Refused("abc");
        FaultyModule.Rules("fail C_GetTokenInfo 0x32");
        Assert.Equal(VaultRefusal.TokenUnavailable, await Refused(SoftToken.Pin));
        FaultyModule.Rules();
        await OpenAsync(SoftToken.Pin, _options);
        Assert.Equal(TokenState.Ready, Assert.Single(_shelf.InUse).State);
    }

    private async Task LeaveLoginOut(string pin)
    {
        FaultyModule.Rules("stall C_Login 60000");
        for (var i = 0; i < 3; i++)
            Assert.Equal(VaultRefusal.TokenUnavailable, await Refused(pin, TimeSpan.FromSeconds(1)));
    }

    /// <summary>The call that was left out comes back when the rules change, a little later.</summary>
    private async Task<IVaultToken?> Until(Func<VaultRefusal?, bool> end, string pin)
    {
        while (true)
        {
            VaultRefusal? refusal = null;
            IVaultToken? token = null;
            try
            {
                token = await OpenAsync(pin, _options);
            }
            catch (VaultException e)
            {
                refusal = e.Refusal;
            }
            if (end(refusal))
                return token;
            Assert.Equal(VaultRefusal.TokenUnavailable, refusal);
            await Task.Delay(20);
        }
    }

    private async Task<VaultRefusal> Refused(string pin, TimeSpan? limit = null)
    {
        var refused = await Assert.ThrowsAsync<VaultException>(() => OpenAsync(pin, _options with { Timeout = limit ?? _options.Timeout }));
        Assert.DoesNotContain(pin, refused.ToString(), StringComparison.Ordinal);
        return refused.Refusal;
    }

    private Task<IVaultToken> OpenAsync(string pin, HsmOptions options) => _shelf.OpenAsync(options, () =>
    {
        _read++;
        return Task.FromResult(new TokenPin(SecureMemory.TakeFrom(System.Text.Encoding.ASCII.GetBytes(pin))));
    });

    private static long Logins() => FaultyModule.Calls(Login, Library.Value);
}
