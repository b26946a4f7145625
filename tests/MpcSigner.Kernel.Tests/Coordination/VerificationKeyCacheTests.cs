using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

public sealed class VerificationKeyCacheTests
{
    private static KeyRow Row(ulong secret)
    {
        var group = Groups.For(Curve.Secp256k1);
        var record = new KeyRecord(Suite.FrostSecp256k1Taproot, default, 0, 2, [], group.MultiplyBasePublic(group.FromUInt64(secret)).Encode(), default);
        return new(record, KeyRecordHash.Compute(record), default, 0, default, "", KeyUsage.TransactionsAndRaw, KeyState.Active, 1, default, default, default);
    }

    private static RequestAction.Sign At(TaprootOutput taproot, params uint[] path) => new(default, path, PayloadKind.Raw, new byte[32]) { Taproot = taproot };

    private static VerificationKey Find(VerificationKeyCache cache, KeyRow row, RequestAction.Sign action)
    {
        Assert.Equal(DerivationFault.None, cache.TryFind(row, action, out var key));
        return key!;
    }

    [Fact]
    public void Remembers_each_key_path_and_output_apart_and_gives_what_is_derived()
    {
        var cache = new VerificationKeyCache();
        var root = Enumerable.Repeat((byte)0x4d, 32).ToArray();
        RequestAction.Sign[] actions =
        [
            At(TaprootOutput.None), At(TaprootOutput.KeyPath), At(TaprootOutput.KeyPathWithRoot(root)), At(TaprootOutput.None, 1), At(TaprootOutput.KeyPath, 1), At(TaprootOutput.None, 1, 1), At(TaprootOutput.None, 11),
        ];
        KeyRow[] rows = [Row(5), Row(6)];
        var found = (from row in rows from action in actions select Find(cache, row, action)).ToArray();
        Assert.Equal(found.Length, found.Select(key => key.PublicKey.ToString()).Distinct().Count());
        Assert.Equal(found.Length, cache.Count);
        var again = (from row in rows from action in actions select Find(cache, row, action)).ToArray();
        Assert.All(found.Zip(again), pair => Assert.Same(pair.First, pair.Second));
        foreach (var (key, (row, action)) in found.Zip(from row in rows from action in actions select (row, action)))
        {
            Assert.Equal(DerivationFault.None, VerificationKey.TryCreate(row.Record, [.. action.Path], action.Taproot, out var derived));
            Assert.Equal(derived!.PublicKey, key.PublicKey);
        }
    }

    [Fact]
    public void Remembers_no_refusal_and_stays_within_its_bound()
    {
        var cache = new VerificationKeyCache();
        var row = Row(5);
        Assert.Equal(DerivationFault.HardenedIndex, cache.TryFind(row, At(TaprootOutput.None, 0x8000_0000), out var none));
        Assert.Null(none);
        Assert.Equal(0, cache.Count);
        for (var i = 0u; i <= VerificationKeyCache.MaxKeys; i++)
        {
            Find(cache, row, At(TaprootOutput.None, i));
            Assert.InRange(cache.Count, 1, VerificationKeyCache.MaxKeys);
        }
        Assert.Equal(1, cache.Count);
    }
}
