using System.Runtime.InteropServices;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault;
using Xunit;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>The files that a rotation of the sealing key replaces: interrupted, changed by another process, beside a key that is to follow, of a former version.</summary>
public sealed partial class SealedFilesTests
{
    [Fact]
    public async Task P6_A_file_whose_replacement_was_interrupted_is_cleared_away_and_the_old_one_overwritten()
    {
        await using var scene = await SealScene.CreateAsync(2);
        var former = File.ReadAllBytes(scene.IdentityPath);
        var (building, second) = (scene.IdentityPath + ".new", scene.IdentityPath + ".old");

        // Died while building; and between the second name and the move: the file under two names is not touched.
        File.WriteAllBytes(building, former[..40]);
        Assert.Equal(0, Link(scene.IdentityPath, second));
        scene.Files.ClearAway();
        Assert.Equal(former, File.ReadAllBytes(scene.IdentityPath));
        Assert.False(File.Exists(building) || File.Exists(second));

        // Died after the move: the old file is still there, and a name that a test keeps of it shows the overwriting.
        var kept = Path.Combine(scene.Folder, "kept");
        Assert.Equal(0, Link(scene.IdentityPath, second));
        Assert.Equal(0, Link(scene.IdentityPath, kept));
        File.WriteAllBytes(building, scene.Vault.PrepareGeneration(former, Secrets.Random));
        File.Move(building, scene.IdentityPath, overwrite: true);
        await scene.Restart();
        await scene.AssertAllOpen();
        scene.Files.ClearAway();
        Assert.False(File.Exists(second));
        Assert.Equal(former.Length, File.ReadAllBytes(kept).Length);
        Assert.NotEqual(former[..100], File.ReadAllBytes(kept)[..100]);

        Assert.True(scene.Vault.HasOldGenerations);
        Assert.Equal(2, await scene.Rotation().RunAsync(null, CancellationToken.None));
        await scene.Restart();
        await scene.AssertAllOpen();
    }

    [LibraryImport("libc.so.6", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string another);

    [Fact]
    public async Task Rejects_a_file_whose_sealing_keys_another_process_has_changed()
    {
        await using var scene = await SealScene.CreateAsync(1);
        using var secret = SealScene.Secret();
        using var stale = NodeVault.Open(File.ReadAllBytes(scene.IdentityPath), secret);
        await scene.Rotation().RunAsync(null, CancellationToken.None);
        var present = File.ReadAllBytes(scene.IdentityPath);
        Assert.Equal(VaultRefusal.Damaged, (await Assert.ThrowsAsync<VaultException>(() =>
            new SealRotation(stale, scene.Store, scene.Files, Secrets.Random, TimeProvider.System).RunAsync(null, CancellationToken.None))).Refusal);
        Assert.Equal(present, File.ReadAllBytes(scene.IdentityPath));
        await scene.AssertAllOpen();
    }

    [Fact]
    public async Task The_identity_key_that_is_to_follow_is_sealed_anew_too()
    {
        await using var scene = await SealScene.CreateAsync(2);
        var next = scene.Files.EnsureNext(scene.Vault, Secrets.Random);
        var former = scene.Vault.Identity.PublicKey;
        var path = new NodeDirectory(scene.Folder).NextIdentity;
        var sealedBefore = File.ReadAllBytes(path);
        await scene.Rotation().RunAsync(null, CancellationToken.None);
        await scene.Restart();
        Assert.Equal(former, scene.Vault.Identity.PublicKey);
        Assert.Equal(next, scene.Files.OpenNext(scene.Vault));
        Assert.Equal(VaultRefusal.Damaged, Assert.Throws<VaultException>(() => scene.Vault.OpenNext(sealedBefore)).Refusal);

        // It takes the other's place between two rotations, and in the middle of one.
        Assert.True(scene.Vault.TryUse(next));
        scene.Files.AddGeneration(scene.Vault, Secrets.Random);
        scene.Files.Settle(scene.Vault, Secrets.Random);
        scene.Vault.AdoptGeneration();
        await scene.Rotation().RunAsync(null, CancellationToken.None);
        await scene.Restart();
        Assert.Equal(next, scene.Vault.Identity.PublicKey);
        await scene.AssertAllOpen();
    }

    [Fact]
    public async Task Rejects_an_identity_key_made_beside_a_file_that_was_changed_meanwhile()
    {
        await using var scene = await SealScene.CreateAsync(1);
        using var secret = SealScene.Secret();
        using var stale = NodeVault.Open(File.ReadAllBytes(scene.IdentityPath), secret);
        await scene.Rotation().RunAsync(null, CancellationToken.None);
        Assert.Throws<VaultException>(() => scene.Files.EnsureNext(stale, Secrets.Random));
        Assert.Null(scene.Files.OpenNext(scene.Vault));
        scene.Files.EnsureNext(scene.Vault, Secrets.Random);
    }

    [Fact]
    public void A_file_of_version_1_opens_and_is_written_as_version_3() => Opens("v1.sealed", "42349d6f93ba72ca7bf3a6701481670db7797f162abcef28516731f85ca129d7");

    [Fact]
    public void A_file_of_version_2_opens_and_is_written_as_version_3() => Opens("v2.sealed", "45a25a4d40bb983e6511dd767771d4e9ab2bdf68e45f93339426d5959b1a7e24");

    private static void Opens(string name, string nid)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "tests", "Vectors")))
            folder = folder.Parent;
        var file = File.ReadAllBytes(Path.Combine(folder!.FullName, "tests", "Vectors", "vault", name));
        using var secret = Secrets.Passphrase();
        using var vault = NodeVault.Open(file, secret);
        Assert.Equal(nid, vault.Nid.ToString());
        Assert.Equal(vault.Nid, vault.Identity.PublicKey.ToNodeId());
        var next = vault.PrepareGeneration(file, Secrets.Random);
        Assert.Equal("MPCSIGNER-VAULT-3\n"u8.ToArray(), next[..18]);
        using var again = NodeVault.Open(next, secret);
        Assert.Equal((2u, true), (again.SealingGeneration, again.HasOldGenerations));
        Assert.Equal(vault.Identity.PublicKey, again.Identity.PublicKey);
    }
}
