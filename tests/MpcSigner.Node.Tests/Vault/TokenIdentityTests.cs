using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Node.Tests.Pkcs11;
using MpcSigner.Node.Vault;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Node.Vault.Tokens;
using MpcSigner.Pkcs11.Keys;
using Xunit;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>An identity key that is made in a token and never leaves it, beside every kind of seal.</summary>
[Collection(Pkcs11Collection.Name)]
public sealed class TokenIdentityTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Signs_as_the_node_whatever_keeps_the_seal(bool sealInToken, bool identityInToken)
    {
        using var token = new TestToken();
        await using var scene = await SealScene.CreateAsync(1, sealInToken ? token.Vault : null, identityInToken ? token.Vault : null);
        await scene.Restart();
        Assert.Equal(identityInToken, scene.Vault.Identity is TokenIdentity);
        Assert.Equal(scene.Vault.Nid, scene.Vault.Identity.PublicKey.ToNodeId());
        Assert.True(scene.Vault.Identity.PublicKey.Verify("statement"u8, Secrets.SignBy(scene.Vault.Identity, "statement"u8)));
        await scene.AssertAllOpen();
        var rotation = scene.Rotation();
        await rotation.RunAsync(null, CancellationToken.None);
        rotation.DestroyRetired();
        await scene.Restart();
        Assert.True(scene.Vault.Identity.PublicKey.Verify("after"u8, Secrets.SignBy(scene.Vault.Identity, "after"u8)));
        await scene.AssertAllOpen();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task The_former_key_is_destroyed_in_the_token_once_no_process_signs_with_it(bool formerInToken, bool nextInToken)
    {
        using var token = new TestToken();
        await using var scene = await SealScene.CreateAsync(1, token.Vault, formerInToken ? token.Vault : null);
        await scene.Restart();
        var (former, nid) = (scene.Vault.Identity, scene.Vault.Nid);
        var next = scene.Files.EnsureNext(scene.Vault, Secrets.Random, nextInToken ? token.Vault : null);
        Assert.Equal(next, scene.Files.EnsureNext(scene.Vault, Secrets.Random, nextInToken ? token.Vault : null));
        Assert.Equal(next, scene.Files.OpenNext(scene.Vault));
        Assert.Empty(scene.Vault.Orphans(scene.Files.ReadNamed(scene.Vault)));
        Assert.True(scene.Vault.TryUse(next));
        scene.Files.Settle(scene.Vault, Secrets.Random);

        // This process may have sessions that began under it.
        scene.Files.DestroyRetired(scene.Vault, Secrets.Random);
        Assert.True(former.PublicKey.Verify("begun before"u8, Secrets.SignBy(former, "begun before"u8)));
        Assert.Equal(formerInToken ? 1 : 0, scene.Files.ReadFile().Retired.Count);

        await scene.Restart();
        Assert.Equal((nid, next), (scene.Vault.Nid, scene.Vault.Identity.PublicKey));
        Assert.Equal(nextInToken, scene.Vault.Identity is TokenIdentity);
        scene.Files.DestroyRetired(scene.Vault, Secrets.Random);
        Assert.Empty(scene.Files.ReadFile().Retired);
        Assert.Equal(nextInToken ? 1 : 0, token.Vault.List().Count(key => key.Id.Use == TokenKeyUse.Identity));
        Assert.True(next.Verify("now"u8, Secrets.SignBy(scene.Vault.Identity, "now"u8)));
        if (formerInToken)
            Assert.Throws<IdentityUnavailableException>(() => Secrets.SignBy(former, "too late"u8));
    }

    [Fact]
    public async Task Rejects_an_identity_that_is_gone_or_not_the_one_that_the_file_names()
    {
        using var token = new TestToken();
        await using var scene = await SealScene.CreateAsync(1, identity: token.Vault);
        var file = scene.Files.ReadFile();
        var there = (IdentityPart.InToken)file.Identity;
        using var other = IdentityKey.Generate(Secrets.Random);
        var bent = file with { Identity = there with { PublicKey = other.PublicKey } };
        Assert.Equal(VaultRefusal.Damaged, Assert.Throws<VaultException>(() => scene.Opened(bent.ToBytes()).Dispose()).Refusal);
        Assert.True(token.Vault.Destroy(there.Key.Id));
        Assert.False(token.Vault.Destroy(there.Key.Id));
        Assert.Equal(VaultRefusal.KeyGone, Assert.Throws<VaultException>(() => scene.Opened(file.ToBytes()).Dispose()).Refusal);
    }

    [Fact]
    public void Rejects_a_signature_of_the_token_that_does_not_verify()
    {
        using var token = new TestToken();
        var key = SigningKey.Generate(token.Token, new KeyName("mpcsigner-identity", [1]), SigningAlgorithm.Ed25519, SoftToken.Limit);
        using var other = IdentityKey.Generate(Secrets.Random);
        var signature = new byte[64];
        Assert.Throws<IdentityUnavailableException>(() => new TokenIdentity(key, other.PublicKey, SoftToken.Limit).Sign("statement"u8, signature));
        Assert.Equal(new byte[64], signature); // nothing of it left
    }
}
