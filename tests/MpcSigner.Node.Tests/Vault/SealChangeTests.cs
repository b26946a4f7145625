using MpcSigner.Core.Ports;
using MpcSigner.Node.Tests.Pkcs11;
using MpcSigner.Node.Vault;
using MpcSigner.Node.Vault.Tokens;
using Xunit;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>P10: the seal changes along the whole circle, from an operator's secret to a token, to another token, and back; a process that dies after any durable step leaves every share open.</summary>
[Collection(Pkcs11Collection.Name)]
public sealed class SealChangeTests
{
    private const int Shares = 2;

    [Fact]
    public async Task P10_A_change_that_dies_anywhere_is_gone_on_with()
    {
        using var first = new TestToken();
        using var second = new TestToken();
        var death = new Death();
        await using var scene = await SealScene.CreateAsync(Shares);
        scene.Tokens.AddRange([new WatchedToken(first.Vault, death.Point), new WatchedToken(second.Vault, death.Point)]);
        await scene.Restart();

        using var secret = SealScene.Secret();
        Func<NodeSeal>[] circle =
        [
            () => new NodeSeal.InToken(scene.Tokens[0]), () => new NodeSeal.InToken(scene.Tokens[1]), () => VaultCreation.SealOf(secret, Secrets.Random),
        ];
        // Each leg dies one step later than the last time round, until it no longer dies.
        var walked = new int[circle.Length];
        for (var (step, deaths) = (1, 1); deaths > 0; step++)
        {
            deaths = 0;
            for (var leg = 0; leg < circle.Length; leg++)
            {
                var (before, kind) = (scene.Vault.SealingGeneration, circle[leg]().Kind);
                death.At = step;
                if (await Dies(() => ChangeAsync(scene, circle[leg](), death)))
                {
                    deaths++;
                    walked[leg]++;
                    death.At = int.MaxValue;
                    await scene.Restart();
                    await scene.AssertAllOpen();
                    await ChangeAsync(scene, circle[leg](), death);
                }
                death.At = int.MaxValue;
                await scene.Restart();
                await scene.AssertAllOpen();
                Assert.Equal((kind, false, 0), (scene.Vault.Seal.Kind, scene.Vault.HasOldGenerations, scene.Vault.Retired.Count));
                Assert.True(scene.Vault.SealingGeneration > before);
                // What is left in the tokens beside the newest is what no file ever named.
                var orphans = scene.Vault.Orphans(scene.Files.ReadNamed(scene.Vault));
                Assert.Equal(first.Generations.Count + second.Generations.Count, orphans.Count + (kind == SealKind.Token ? 1 : 0));
            }
        }
        // Made, file, each batch, verifier, file, destroyed, file: every step of every leg was reached.
        Assert.All(walked, steps => Assert.InRange(steps, 6, 40));
        // One death a leg leaves an orphan: after the key was made, before the file named it.
        Assert.InRange(scene.Vault.Orphans(scene.Files.ReadNamed(scene.Vault)).Count, 2, 4);
    }

    /// <summary>As the command does it: ends what was begun, changes, destroys.</summary>
    private static async Task ChangeAsync(SealScene scene, NodeSeal seal, Death death)
    {
        var rotation = scene.Rotation(new DyingStore(scene.Store, death));
        if (scene.Vault.HasOldGenerations)
            await rotation.RunAsync(null, CancellationToken.None);
        if (!scene.Vault.IsKeptBy(seal) && !(seal.Kind == SealKind.KeyFile && scene.Vault.Seal.Kind == SealKind.KeyFile))
            await rotation.RunAsync(null, CancellationToken.None, seal);
        rotation.DestroyRetired();
    }

    private static async Task<bool> Dies(Func<Task> act)
    {
        try
        {
            await act();
            return false;
        }
        catch (DeathException)
        {
            return true;
        }
    }

    private sealed class DeathException : Exception;

    /// <summary>A process dies at one of the points that it passes.</summary>
    private sealed class Death
    {
        private int _passed;
        private int _at = int.MaxValue;

        internal int At
        {
            set { (_at, _passed) = (value, 0); }
        }

        internal void Point(string call)
        {
            if (call is not ("seal" or "open") && ++_passed == _at)
                throw new DeathException();
        }
    }

    private sealed class DyingStore(ISealedShares store, Death death) : ISealedShares
    {
        public ValueTask<IReadOnlyList<SealedShare>> ListSealedAsync((Core.Identities.KeyId Key, uint Generation)? after, int limit, CancellationToken cancellation) =>
            store.ListSealedAsync(after, limit, cancellation);

        public async ValueTask<int> ReplaceSealedAsync(IReadOnlyList<ResealedShare> shares, CancellationToken cancellation)
        {
            death.Point("before replace");
            var replaced = await store.ReplaceSealedAsync(shares, cancellation);
            death.Point("after replace");
            return replaced;
        }

        public ValueTask<ErasureCounts> CountErasuresAsync(CancellationToken cancellation) => store.CountErasuresAsync(cancellation);

        public async ValueTask RetireSealAsync(ReadOnlyMemory<byte> parameters, ReadOnlyMemory<byte> verifier, long? retired, CancellationToken cancellation)
        {
            death.Point("before retire");
            await store.RetireSealAsync(parameters, verifier, retired, cancellation);
            death.Point("after retire");
        }
    }
}
