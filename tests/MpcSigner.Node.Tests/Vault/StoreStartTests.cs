using Microsoft.Extensions.Logging.Abstractions;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tests.Pkcs11;
using MpcSigner.Node.Tests.Storage;
using MpcSigner.Node.Vault;
using Xunit;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>A store is made and accepted by a vault whose token goes away meanwhile: said so that a start waits for it.</summary>
[Collection(Pkcs11Collection.Name)]
public sealed class StoreStartTests
{
    [Fact]
    public async Task A_token_that_goes_away_before_the_store_is_made_or_accepted_is_one_to_wait_for()
    {
        using var token = new TestToken();
        var isAway = false;
        await using var scene = await SealScene.CreateAsync(1, new WatchedToken(token.Vault, call =>
        {
            if (isAway && call is ("seal" or "open"))
                throw new SealUnavailableException("the token is away", isTokenLost: true);
        }));
        using var folder = new TempFolder();
        var directory = new NodeDirectory(folder.Path);
        File.WriteAllBytes(directory.StorePending, []);

        void Create() => StoreStart.CreateIfPending(directory, StoreSamples.Identity.Cluster, scene.Vault, Secrets.Random, TimeProvider.System, NullLogger.Instance);
        isAway = true;
        AssertLost(Assert.Throws<StartRefusedException>(Create));
        Assert.Equal((false, true), (File.Exists(directory.Store), File.Exists(directory.StorePending)));
        isAway = false;
        Create();
        Assert.Equal((true, false), (File.Exists(directory.Store), File.Exists(directory.StorePending)));

        await using var store = StoreStart.OpenExisting(directory, new(StoreSamples.Identity.Cluster, scene.Vault.Nid), TimeProvider.System);
        Task AcceptAsync() => StoreStart.AcceptAsync(directory, store, scene.Vault, Secrets.Random, NullLogger.Instance);
        isAway = true;
        AssertLost(await Assert.ThrowsAsync<StartRefusedException>(AcceptAsync));
        isAway = false;
        await AcceptAsync();
    }

    private static void AssertLost(StartRefusedException refused)
    {
        Assert.Equal(ExitCode.TokenUnavailable, refused.Code);
        Assert.True(Assert.IsType<VaultException>(refused.InnerException).IsTokenLost);
    }
}
