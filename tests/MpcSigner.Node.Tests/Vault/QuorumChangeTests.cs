using System.Net;
using MpcSigner.Core.Ports;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Options;
using MpcSigner.Node.Tests.Storage;
using MpcSigner.Node.Vault;
using Xunit;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>P10: a change to a quorum hands new shares out, so that those of operators who left open nothing; only the same change, interrupted, is ended as it was begun.</summary>
public sealed class QuorumChangeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static readonly NodeOptions Options = new()
    {
        Name = "a", Directory = "", Listen = new(IPAddress.Loopback, 0), Roster = "", RosterSignature = "", Policy = "", PolicySignature = "", AdministratorKey = default, Authority = "",
    };

    private Task<long> ChangeAsync(SealScene scene, string to, int threshold, int operators, ISealedShares? store = null) =>
        SealCommand.ChangeAsync(scene.Vault, scene.Rotation(store), Options, SealKind.Quorum, new(threshold, operators, _folder[to]), _ => { }, TextWriter.Null);

    private int Dealt(string to) => Directory.Exists(_folder[to]) ? Directory.GetFiles(_folder[to], "a.operator-*.share").Length : 0;

    private static Task Dies(Func<ISealedShares, Task> act, SealScene scene) =>
        Assert.ThrowsAsync<StoreUnavailableException>(() => act(new DyingStore(scene.Store, 3, afterTheStep: true)));

    [Fact]
    public async Task P10_A_rotation_within_the_old_quorum_is_no_change_to_a_new_one()
    {
        await using var scene = await SealScene.CreateAsync(2);
        await ChangeAsync(scene, "first/of/all", 2, 3);
        Assert.Equal((SealKind.Quorum, 2u, 3), (scene.Vault.Seal.Kind, scene.Vault.SealingGeneration, Dealt("first/of/all")));

        await Dies(store => scene.Rotation(store).RunAsync(null, CancellationToken.None), scene);
        Assert.Equal((3u, true), (scene.Vault.SealingGeneration, scene.Vault.HasOldGenerations));
        await ChangeAsync(scene, "second", 2, 3);
        Assert.Equal((4u, false, 3), (scene.Vault.SealingGeneration, scene.Vault.HasOldGenerations, Dealt("second")));
        await scene.AssertAllOpen();
    }

    [Theory]
    [InlineData(2, 3, 0)] // the same: its operators have their shares
    [InlineData(2, 4, 4)]
    [InlineData(3, 3, 3)]
    public async Task P10_A_change_that_was_interrupted_deals_again_only_to_another_quorum(int threshold, int operators, int dealt)
    {
        await using var scene = await SealScene.CreateAsync(2);
        await Dies(store => ChangeAsync(scene, "begun", 2, 3, store), scene);
        Assert.Equal((2u, true, 3), (scene.Vault.SealingGeneration, scene.Vault.HasOldGenerations, Dealt("begun")));
        await ChangeAsync(scene, "again", threshold, operators);
        Assert.Equal((dealt == 0 ? 2u : 3u, false, dealt), (scene.Vault.SealingGeneration, scene.Vault.HasOldGenerations, Dealt("again")));
        Assert.True(scene.Vault.IsKeptByQuorum(threshold, operators));
        await scene.AssertAllOpen();
    }

    public void Dispose() => _folder.Dispose();
}
