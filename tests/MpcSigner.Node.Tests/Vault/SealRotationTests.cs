using Microsoft.Extensions.Logging.Abstractions;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Host;
using MpcSigner.Node.Tests.Storage;
using MpcSigner.Node.Vault;
using Xunit;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>P6: destroying a generation of the sealing key destroys what was sealed under it, and nothing else, whatever dies on the way.</summary>
public sealed class SealRotationTests
{
    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    [Fact]
    public async Task P6_After_a_rotation_no_old_seal_opens_and_every_live_share_does()
    {
        await using var scene = await SealScene.CreateAsync(300);
        var (oldFile, oldSeals) = (File.ReadAllBytes(scene.IdentityPath), await scene.SealedNow());
        var progress = new List<long>();
        Assert.Equal(300, await scene.Rotation().RunAsync(progress.Add, CancellationToken.None));
        Assert.Equal([256, 300], progress);
        await scene.AssertAllOpen();
        Assert.Equal((2u, false), (scene.Vault.SealingGeneration, scene.Vault.HasOldGenerations));
        foreach (var vault in (bool[])[false, true])
        {
            if (vault)
                await scene.Restart();
            await scene.AssertAllOpen();
            Assert.All(oldSeals, (seal, i) => Assert.Equal(OpenResult.OtherGeneration, scene.Vault.TryOpen(Key(1, i), 0, seal, out _)));
        }

        // Nothing of the old seals or of the old file is left in the folder.
        await scene.Store.CommitAsync([new StoreWrite.Book(Booking(1, 1))], CancellationToken.None);
        foreach (var file in Directory.GetFiles(scene.Folder).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            var bytes = ReadShared(file);
            Assert.All(oldSeals, seal => Assert.True(bytes.AsSpan().IndexOf(seal.AsSpan(5)) < 0, file));
            Assert.True(bytes.AsSpan().IndexOf(oldFile.AsSpan(oldFile.Length - 64)) < 0, file);
        }
        Assert.Equal(["identity.lock", "identity.sealed"], Directory.GetFiles(scene.Folder, "identity*").Select(Path.GetFileName).Order());

        // What the README says remains: a copy of the old file and the operator's secret open copies of the old shares; not the store of today.
        using var secret = SealScene.Secret();
        using var former = NodeVault.Open(oldFile, secret);
        Assert.Equal(3, SealScene.OpenedBy(former, oldSeals[..3]));
        Assert.Equal(VaultRefusal.OtherStore, Assert.Throws<VaultException>(() => former.Check(scene.Store.Meta)).Refusal);
        Assert.Equal(0, SealScene.OpenedBy(former, (await scene.SealedNow())[..3]));
    }

    [Fact]
    public async Task Rotations_follow_each_other_and_keep_the_identity()
    {
        await using var scene = await SealScene.CreateAsync(3);
        var identity = scene.Vault.Identity.PublicKey;
        for (var generation = 2u; generation <= 5; generation++)
        {
            await scene.Rotation().RunAsync(null, CancellationToken.None);
            await scene.Restart();
            Assert.Equal(generation, scene.Vault.SealingGeneration);
            Assert.Equal(identity, scene.Vault.Identity.PublicKey);
            await scene.AssertAllOpen();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task P6_A_rotation_that_dies_at_any_step_leaves_every_share_open_and_goes_on(bool afterTheStep)
    {
        for (var step = 0; ; step++)
        {
            await using var scene = await SealScene.CreateAsync(300);
            var oldSeals = await scene.SealedNow();
            var dying = new DyingStore(scene.Store, step, afterTheStep);
            var ended = true;
            try { await scene.Rotation(dying).RunAsync(null, CancellationToken.None); }
            catch (StoreUnavailableException) { ended = false; }
            await scene.Restart();
            await scene.AssertAllOpen();
            if (ended)
            {
                Assert.InRange(step, 8, 40);
                return;
            }
            await scene.Rotation().RunAsync(null, CancellationToken.None);
            await scene.Restart();
            await scene.AssertAllOpen();
            Assert.False(scene.Vault.HasOldGenerations);
            Assert.All(oldSeals[..10], (seal, i) => Assert.Equal(OpenResult.OtherGeneration, scene.Vault.TryOpen(Key(1, i), 0, seal, out _)));
        }
    }

    [Fact]
    public async Task P6_A_process_killed_at_any_moment_leaves_every_share_open()
    {
        await using var scene = await SealScene.CreateAsync(400);
        for (var round = 0; round < 12; round++)
        {
            await scene.Close();
            using (var child = StartChild(scene.Folder))
            {
                await child.StandardOutput.ReadLineAsync();
                await Task.Delay(round * 7);
                child.Kill(); // SIGKILL
                await child.WaitForExitAsync();
            }
            scene.OpenAgain();
            await scene.AssertAllOpen();
        }
        Assert.InRange(scene.Vault.SealingGeneration, 13u, uint.MaxValue);
        await scene.Rotation().RunAsync(null, CancellationToken.None);
        await scene.AssertAllOpen();
    }

    private static System.Diagnostics.Process StartChild(string folder)
    {
        var start = new System.Diagnostics.ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(SealRotationTests).Assembly.Location);
        start.ArgumentList.Add(SealScene.ChildVerb);
        start.ArgumentList.Add(folder);
        return System.Diagnostics.Process.Start(start)!;
    }

    [Fact]
    public async Task P6_Seals_on_their_way_to_the_store_hold_the_old_generation_up()
    {
        await using var scene = await SealScene.CreateAsync(2);
        await scene.Store.CommitAsync([new StoreWrite.BeginOrder(Order(2))], CancellationToken.None);
        using var late = Secrets.Share();
        using var vault = Secrets.Shares(scene.Vault, scene.Store, 0);
        var sealing = await vault.SealAsync([new(Key(2, 0), 0, late.Copy())]);
        var rotation = scene.Rotation().RunAsync(null, CancellationToken.None);
        await Task.Delay(200);
        Assert.False(rotation.IsCompleted);
        Assert.True(scene.Vault.HasOldGenerations);
        await scene.Store.CommitAsync([.. sealing.Writes, Acknowledge(2, 1)[^1]], CancellationToken.None);
        sealing.Dispose();
        Assert.Equal(3, await rotation);
        await scene.Restart();
        using var again = Secrets.Shares(scene.Vault, scene.Store, 0);
        using var opened = await again.OpenAsync(Key(2, 0), 0, CancellationToken.None);
        Assert.True(opened.FixedTimeEquals(late));
    }

    [Fact]
    public async Task P6_Seals_of_a_machine_that_was_given_up_hold_no_generation_up()
    {
        await using var scene = await SealScene.CreateAsync(2);
        var vault = Secrets.Shares(scene.Vault, scene.Store, 0);
        // Its answer was never read, or its commit never asked for.
        var left = await vault.SealAsync([new(Key(2, 0), 0, Secrets.Share())]);
        var rotation = scene.Rotation().RunAsync(null, CancellationToken.None);
        await Task.Delay(200);
        Assert.False(rotation.IsCompleted);
        vault.Dispose();
        Assert.Equal(2, await rotation.WaitAsync(TimeSpan.FromSeconds(30)));
        left.Dispose(); // once only
        Assert.Equal((2u, false), (scene.Vault.SealingGeneration, scene.Vault.HasOldGenerations));
        await scene.AssertAllOpen();
    }

    [Fact]
    public async Task What_was_deleted_is_covered_only_by_a_rotation_that_began_later()
    {
        await using var scene = await SealScene.CreateAsync(2);
        Assert.False((await scene.Store.CountErasuresAsync(CancellationToken.None)).IsDue);
        await scene.Store.CommitAsync([Activate(1, 2)], CancellationToken.None);
        await scene.Store.CommitAsync([new StoreWrite.AcceptDestruction(MaintenanceSamples.Destruction(1, 0)), new StoreWrite.AcceptDestruction(MaintenanceSamples.Destruction(2, 1))], CancellationToken.None);
        await scene.Store.CommitAsync([new StoreWrite.DestroyKeys(Digest("destruction", 1), "attestation"u8.ToArray())], CancellationToken.None);
        Assert.Equal(new ErasureCounts(1, 0), await scene.Store.CountErasuresAsync(CancellationToken.None));
        await scene.Rotation().RunAsync(null, CancellationToken.None);
        Assert.Equal(new ErasureCounts(1, 1), await scene.Store.CountErasuresAsync(CancellationToken.None));

        // Deleted after the new generation began to seal.
        var dying = new DyingStore(scene.Store, 2, afterTheStep: false);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => scene.Rotation(dying).RunAsync(null, CancellationToken.None));
        await scene.Store.CommitAsync([new StoreWrite.DestroyKeys(Digest("destruction", 2), "attestation"u8.ToArray())], CancellationToken.None);
        await scene.Restart();
        await scene.Rotation().RunAsync(null, CancellationToken.None);
        Assert.True((await scene.Store.CountErasuresAsync(CancellationToken.None)).IsDue);
        await scene.Rotation().RunAsync(null, CancellationToken.None);
        Assert.False((await scene.Store.CountErasuresAsync(CancellationToken.None)).IsDue);
    }

    [Fact]
    public async Task A_share_that_does_not_open_keeps_the_old_generation()
    {
        await using var scene = await SealScene.CreateAsync(3);
        var stored = (await scene.Store.ListSealedAsync(null, 10, CancellationToken.None)).Single(share => share.Key == Key(1, 1));
        var altered = stored.Sealed.ToArray();
        altered[^1] ^= 1;
        Assert.Equal(1, await scene.Store.ReplaceSealedAsync([new(stored.Key, 0, stored.Sealed, altered)], CancellationToken.None));
        var refused = await Assert.ThrowsAsync<ShareUnavailableException>(() => scene.Rotation().RunAsync(null, CancellationToken.None));
        Assert.Contains(Key(1, 1).ToString(), refused.Message, StringComparison.Ordinal);
        await scene.Restart();
        await scene.AssertAllOpen(without: 1);
        Assert.True(scene.Vault.HasOldGenerations);
        Assert.Equal(1, await scene.Store.ReplaceSealedAsync([new(stored.Key, 0, altered, stored.Sealed)], CancellationToken.None));
        await scene.Rotation().RunAsync(null, CancellationToken.None);
        await scene.AssertAllOpen();
    }

    [Fact]
    public async Task A_running_node_rotates_after_shares_were_deleted_and_ends_what_was_begun()
    {
        await using var scene = await SealScene.CreateAsync(300);
        await scene.Store.CommitAsync([Activate(1, 300), new StoreWrite.AcceptDestruction(MaintenanceSamples.Destruction(1, 0))], CancellationToken.None);
        var soon = TimeSpan.FromMilliseconds(20);
        await using (var keeper = new SealKeeper(scene.Vault, scene.Store, scene.Files, Secrets.Random, TimeProvider.System, NullLogger.Instance) { Quiet = soon, Apart = soon, Retry = soon })
        {
            keeper.Start();
            await Task.Delay(200);
            Assert.Equal(1u, scene.Vault.SealingGeneration);
            StoreWrite[] writes = [new StoreWrite.DestroyKeys(Digest("destruction", 1), "attestation"u8.ToArray())];
            await scene.Store.CommitAsync(writes, CancellationToken.None);
            keeper.Committed(writes);
            await Until(() => scene.Vault is { SealingGeneration: 2, HasOldGenerations: false });
        }
        await scene.AssertAllOpen(without: 0);

        var dying = new DyingStore(scene.Store, 3, afterTheStep: true);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => scene.Rotation(dying).RunAsync(null, CancellationToken.None));
        await scene.Restart();
        Assert.True(scene.Vault.HasOldGenerations);
        await using (var keeper = new SealKeeper(scene.Vault, scene.Store, scene.Files, Secrets.Random, TimeProvider.System, NullLogger.Instance) { Quiet = soon, Apart = soon, Retry = soon })
        {
            keeper.Start();
            await Until(() => scene.Vault is { SealingGeneration: 3, HasOldGenerations: false });
        }
        await scene.AssertAllOpen(without: 0);
    }

    [Theory]
    [InlineData("count")]
    [InlineData("file")]
    public async Task A_running_node_rotates_once_the_world_is_out_of_its_way_again(string trouble)
    {
        await using var scene = await SealScene.CreateAsync(2);
        await scene.Store.CommitAsync([Activate(1, 2), new StoreWrite.AcceptDestruction(MaintenanceSamples.Destruction(1, 0))], CancellationToken.None);
        await scene.Store.CommitAsync([new StoreWrite.DestroyKeys(Digest("destruction", 1), "attestation"u8.ToArray())], CancellationToken.None);
        var soon = TimeSpan.FromMilliseconds(20);
        ISealedShares store = trouble == "count" ? new DyingStore(scene.Store, 0, afterTheStep: false) : scene.Store;
        if (trouble == "file")
            File.Move(scene.IdentityPath, scene.IdentityPath + ".away");
        await using (var keeper = new SealKeeper(scene.Vault, store, scene.Files, Secrets.Random, TimeProvider.System, NullLogger.Instance) { Quiet = soon, Apart = soon, Retry = soon })
        {
            keeper.Start();
            if (trouble == "file")
            {
                await Task.Delay(200);
                Assert.Equal(1u, scene.Vault.SealingGeneration);
                File.Move(scene.IdentityPath + ".away", scene.IdentityPath);
            }
            await Until(() => scene.Vault is { SealingGeneration: 2, HasOldGenerations: false });
        }
        await scene.AssertAllOpen(without: 0);
    }

    private static async Task Until(Func<bool> holds)
    {
        for (var i = 0; i < 3_000 && !holds(); i++)
            await Task.Delay(10);
        Assert.True(holds());
    }
}
