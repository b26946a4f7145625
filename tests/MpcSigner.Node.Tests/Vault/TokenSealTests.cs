using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Tests.Pkcs11;
using MpcSigner.Node.Vault;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Node.Vault.Tokens;
using Xunit;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>P6: shares sealed by a key that never leaves a token (SoftHSM2), and every way in which token and file do not fit.</summary>
[Collection(Pkcs11Collection.Name)]
public sealed class TokenSealTests
{
    private static VaultException Refused(Func<NodeVault> open) => Assert.Throws<VaultException>(() => open().Dispose());

    [Fact]
    public async Task P6_Shares_open_by_the_token_alone_and_nowhere_but_in_their_place()
    {
        using var token = new TestToken();
        await using var scene = await SealScene.CreateAsync(2, token.Vault);
        await scene.AssertAllOpen();
        await scene.Restart();
        await scene.AssertAllOpen();
        Assert.Equal((SealKind.Token, 1u), (scene.Vault.Seal.Kind, scene.Vault.SealingGeneration));
        Assert.Equal([1u], token.Generations);

        var seal = (await scene.SealedNow())[0];
        Assert.Equal((2, 0, 0, 0, 1), (seal[0], seal[1], seal[2], seal[3], seal[4]));
        Assert.Equal(OpenResult.Opened, Open(Key(1, 0), 0, seal));
        Assert.Equal(OpenResult.NotAuthentic, Open(Key(1, 1), 0, seal)); // another key
        Assert.Equal(OpenResult.NotAuthentic, Open(Key(1, 0), 1, seal)); // another generation of it
        var key = new TokenSealingKey(1, token.Vault.FindSeal(TokenKeyId.ForSeal(scene.Vault.Nid, 1)));
        Assert.Equal(OpenResult.NotAuthentic, key.TryOpen(SealingContext.ForShare(Key(1, 0), Nid(9), 0), seal, out _)); // another node
        for (var at = 0; at < seal.Length; at++)
        {
            var bent = seal.ToArray();
            bent[at] ^= 1;
            Assert.NotEqual(OpenResult.Opened, Open(Key(1, 0), 0, bent));
        }

        OpenResult Open(KeyId id, uint generation, byte[] bytes)
        {
            var result = scene.Vault.TryOpen(id, generation, bytes, out var opened);
            opened?.Dispose();
            return result;
        }
    }

    [Fact]
    public async Task P6_A_rotation_destroys_the_former_generation_in_the_token()
    {
        using var token = new TestToken();
        await using var scene = await SealScene.CreateAsync(3, token.Vault);
        var (file, seals) = (File.ReadAllBytes(scene.IdentityPath), await scene.SealedNow());
        var rotation = scene.Rotation();
        Assert.Equal(3, await rotation.RunAsync(null, CancellationToken.None));
        Assert.Equal([1u, 2u], token.Generations);
        Assert.Equal(1u, Assert.Single(scene.Vault.Retired).Id.Generation);
        rotation.DestroyRetired();
        Assert.Equal([2u], token.Generations);
        Assert.Empty(scene.Vault.Retired);
        await scene.Restart();
        await scene.AssertAllOpen();
        Assert.Equal(0, SealScene.OpenedBy(scene.Vault, seals));

        // A file from before is older than the token, and says so.
        var gone = Refused(() => scene.Opened(file));
        Assert.Equal(VaultRefusal.KeyGone, gone.Refusal);
        Assert.Contains(token.Vault.Serial, gone.Message, StringComparison.Ordinal);
        Assert.Contains("older than", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_nodes_never_share_a_token()
    {
        using var token = new TestToken();
        using var other = new TestToken();
        await using var scene = await SealScene.CreateAsync(1, token.Vault);
        var owner = TokenKeyId.OwnerOf(scene.Vault.Nid);

        // At init, of the seal and of the identity; nothing is made.
        using var secret = SealScene.Secret();
        foreach (var (seal, identity) in ((IVaultToken?, IVaultToken?)[])[(token.Vault, null), (null, token.Vault), (other.Vault, token.Vault)])
        {
            var refused = Assert.Throws<VaultException>(() => VaultCreation.Create(seal is null ? secret : null, seal, identity, Secrets.Random, out _).Dispose());
            Assert.Equal(VaultRefusal.OtherNodesToken, refused.Refusal);
            Assert.Contains(owner, refused.Message, StringComparison.Ordinal);
        }
        Assert.Empty(other.Vault.List());
        Assert.Equal([1u], token.Generations);

        // At a change of seal.
        await using var second = await SealScene.CreateAsync(1);
        second.Tokens.Add(token.Vault);
        await second.Restart();
        Assert.Equal(VaultRefusal.OtherNodesToken,
            (await Assert.ThrowsAsync<VaultException>(() => second.Rotation().RunAsync(null, CancellationToken.None, new NodeSeal.InToken(token.Vault)))).Refusal);
        Assert.False(second.Vault.HasOldGenerations);
        await second.AssertAllOpen();

        // At a start.
        token.Vault.MakeSeal(TokenKeyId.ForSeal(Nid(9), 7));
        var start = Refused(() => scene.Opened(File.ReadAllBytes(scene.IdentityPath)));
        Assert.Equal(VaultRefusal.OtherNodesToken, start.Refusal);
        Assert.Contains(TokenKeyId.OwnerOf(Nid(9)), start.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_that_is_a_nodes_first_tells_whose_token_it_is()
    {
        using var token = new TestToken();
        await using var scene = await SealScene.CreateAsync(1, identity: token.Vault);
        using var secret = SealScene.Secret();
        var refused = Assert.Throws<VaultException>(() => VaultCreation.Create(null, token.Vault, null, Secrets.Random, out _).Dispose());
        Assert.Equal(VaultRefusal.OtherNodesToken, refused.Refusal);
        Assert.Contains(TokenKeyId.OwnerOf(scene.Vault.Nid), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_a_process_that_died_is_listed_and_only_an_operator_destroys_it()
    {
        using var token = new TestToken();
        await using var scene = await SealScene.CreateAsync(1, token.Vault);
        token.Vault.MakeSeal(TokenKeyId.ForSeal(scene.Vault.Nid, 5));
        await scene.Restart();
        var rotation = scene.Rotation();
        await rotation.RunAsync(null, CancellationToken.None);
        rotation.DestroyRetired();
        Assert.Equal(6u, scene.Vault.SealingGeneration); // above all that the token has
        Assert.Equal([5u, 6u], token.Generations);
        var orphan = Assert.Single(scene.Vault.Orphans(scene.Files.ReadNamed(scene.Vault)));
        Assert.Equal((5u, token.Vault.Label, token.Vault.Serial), (orphan.Id.Generation, orphan.Label, orphan.Serial));
        scene.Vault.DestroyOrphan(orphan);
        Assert.Equal([6u], token.Generations);
        Assert.Empty(scene.Vault.Orphans(scene.Files.ReadNamed(scene.Vault)));
        await scene.AssertAllOpen();
    }

    [Fact]
    public async Task A_token_of_the_same_label_is_not_the_same_token()
    {
        using var token = new TestToken();
        using var other = new TestToken();
        await using var scene = await SealScene.CreateAsync(1, token.Vault);
        scene.Tokens.Clear();
        var none = Refused(() => scene.Opened(File.ReadAllBytes(scene.IdentityPath)));
        Assert.Equal(VaultRefusal.SecretMissing, none.Refusal);
        scene.Tokens.Add(other.Vault);
        var wrong = Refused(() => scene.Opened(File.ReadAllBytes(scene.IdentityPath)));
        Assert.Equal(VaultRefusal.SecretMissing, wrong.Refusal);
        Assert.Contains(token.Vault.Serial, wrong.Message, StringComparison.Ordinal);
        Assert.Contains(other.Vault.Serial, wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CKA_SENSITIVE", "--extractable")]
    [InlineData("CKA_EXTRACTABLE", "--sensitive --extractable")]
    public async Task A_key_weaker_than_it_must_be_is_refused_by_the_attribute(string attribute, string how)
    {
        using var token = new TestToken();
        await using var scene = await SealScene.CreateAsync(1, token.Vault);
        var id = TokenKeyId.ForSeal(scene.Vault.Nid, 1);
        token.Vault.Destroy(id);
        SoftToken.Pkcs11Tool(token.Vault.Label, ["--keygen", "--key-type", "AES:32", "--private", "--label", id.Label, "--id", id.ToString(), .. how.Split(' ')]);
        var refused = Refused(() => scene.Opened(File.ReadAllBytes(scene.IdentityPath)));
        Assert.Equal(VaultRefusal.WeakKey, refused.Refusal);
        Assert.Contains(attribute, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_does_not_answer_is_said_as_such_and_nothing_is_lost()
    {
        using var token = new TestToken();
        string? trouble = null;
        var watched = new WatchedToken(token.Vault, call =>
        {
            if (trouble is not null && call is ("seal" or "open"))
                throw new SealUnavailableException($"the token is away ({call})", trouble == "lost");
        });
        await using var scene = await SealScene.CreateAsync(4, watched);
        using var cached = Secrets.Shares(scene.Vault, scene.Store);
        (await cached.OpenAsync(Key(1, 0), 0, CancellationToken.None)).Dispose();
        foreach (var (state, reason) in ((string, Reason)[])[("lost", Reason.TokenLost), ("locked", Reason.Sealed)])
        {
            trouble = state;
            (await cached.OpenAsync(Key(1, 0), 0, CancellationToken.None)).Dispose(); // what is open serves on
            Assert.Equal(reason, (await Assert.ThrowsAsync<ShareUnavailableException>(() => cached.OpenAsync(Key(1, 1), 0, CancellationToken.None).AsTask())).Reason);
            var share = Secrets.Share();
            Assert.Equal(reason, (await Assert.ThrowsAsync<ShareUnavailableException>(() => cached.SealAsync([new(Key(2, 0), 0, share)]))).Reason);
            Assert.Throws<ObjectDisposedException>(() => share.Copy()); // wiped
            Assert.Equal(reason, (await Assert.ThrowsAsync<ShareUnavailableException>(() => RotateFully(scene))).Reason);
        }
        trouble = null;
        await RotateFully(scene); // where it was
        await scene.Restart();
        await scene.AssertAllOpen();
        // No lease was left behind: the next rotation ends, too.
        await RotateFully(scene);
    }

    [Theory]
    [InlineData(1)] // in the tag
    [InlineData(20)] // in the ciphertext
    public async Task P6_What_a_token_sealed_wrongly_takes_the_place_of_no_share(int fromEnd)
    {
        using var token = new TestToken();
        var errs = false;
        var watched = new WatchedToken(token.Vault, _ => { }, given =>
        {
            if (errs)
                given[^fromEnd] ^= 1;
            return given;
        });
        await using var scene = await SealScene.CreateAsync(4, watched);
        var before = await scene.SealedNow();
        errs = true;
        var refused = await Assert.ThrowsAsync<ShareUnavailableException>(() => RotateFully(scene));
        Assert.Contains("does not open", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Reason.Sealed, refused.Reason);
        Assert.Equal(before, await scene.SealedNow());
        await scene.AssertAllOpen(); // under the old generation, which is still there

        using (var vault = Secrets.Shares(scene.Vault, scene.Store, 0))
            Assert.Equal(Reason.Sealed, (await Assert.ThrowsAsync<ShareUnavailableException>(() => vault.SealAsync([new(Key(2, 0), 0, Secrets.Share())]))).Reason);

        errs = false;
        await RotateFully(scene);
        await scene.Restart();
        await scene.AssertAllOpen();
    }

    [Fact]
    public async Task A_slow_token_serves_several_at_once_and_holds_nobody_else_up()
    {
        using var token = new TestToken();
        var running = 0;
        var most = 0;
        using var gate = new ManualResetEventSlim(true);
        var watched = new WatchedToken(token.Vault, call =>
        {
            if (call is not ("seal" or "open"))
                return;
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            gate.Wait();
            Thread.Sleep(5);
            Interlocked.Decrement(ref running);
        });
        await using var scene = await SealScene.CreateAsync(24, watched);
        Assert.InRange(most, 2, 8);
        gate.Reset();
        using var vault = Secrets.Shares(scene.Vault, scene.Store, 0);
        var opening = vault.OpenAsync(Key(1, 0), 0, CancellationToken.None).AsTask();
        var sealing = vault.SealAsync([new(Key(2, 0), 0, Secrets.Share())]);
        // Neither the caller's thread nor the lock over the generations waits.
        Assert.Equal(1u, scene.Vault.SealingGeneration);
        using (scene.Vault.Lease())
            Assert.False(opening.IsCompleted || sealing.IsCompleted);
        gate.Set();
        (await opening).Dispose();
        (await sealing).Dispose();

        // What a machine that is gone had sealed holds the generation until it is sealed, and no longer.
        gate.Reset();
        var late = vault.SealAsync([new(Key(2, 1), 0, Secrets.Share())]);
        vault.Dispose();
        Assert.False(late.IsCompleted);
        gate.Set();
        await late;
        await RotateFully(scene).WaitAsync(TimeSpan.FromSeconds(30));
        await scene.AssertAllOpen();
    }

    [Theory]
    [InlineData("logout C_FindObjectsInit 0 3")]
    [InlineData("fail C_DestroyObject 0x82 2")]
    public void A_key_that_is_there_is_not_taken_for_one_that_is_gone(string trouble)
    {
        using var token = FaultyModule.Open();
        var vault = new VaultToken(token, 4, SoftToken.Limit);
        var id = TokenKeyId.ForSeal(Nid(1), 1);
        vault.MakeSeal(id);
        try
        {
            FaultyModule.Rules(trouble);
            var refused = Assert.Throws<VaultException>(() => vault.Destroy(id));
            Assert.Equal(VaultRefusal.TokenUnavailable, refused.Refusal);
        }
        finally
        {
            FaultyModule.Rules();
        }
        Assert.Equal(id, Assert.Single(vault.List()).Id);
        Assert.True(vault.Destroy(id));
        Assert.False(vault.Destroy(id));
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (var seen = most; now > seen; seen = most)
            Interlocked.CompareExchange(ref most, now, seen);
    }

    private static async Task RotateFully(SealScene scene)
    {
        var rotation = scene.Rotation();
        await rotation.RunAsync(null, CancellationToken.None);
        rotation.DestroyRetired();
    }
}
