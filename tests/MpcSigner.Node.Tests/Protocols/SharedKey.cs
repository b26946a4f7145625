using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Protocols.Support;
using Xunit;

namespace MpcSigner.Node.Tests.Protocols;

/// <summary>Who made the key that we share with a stranger.</summary>
public enum KeyMaker
{
    TheirDealer,

    /// <summary>Of a Taproot key it gives what is already tweaked with an empty root.</summary>
    TheirKeyGeneration,
    OurKeyGeneration,
}

/// <summary>A 2-of-3 key, of which we hold one share in our form and a stranger can be given another in its form.</summary>
internal sealed class SharedKey : IDisposable
{
    public const int Threshold = 2;

    private readonly Dictionary<PartyId, SecretScalar> _shares;

    private SharedKey(Committee committee, KeyRecord record, Dictionary<PartyId, SecretScalar> shares) =>
        (Committee, Record, _shares) = (committee, record, shares);

    public Committee Committee { get; }

    public KeyRecord Record { get; }

    public SecretScalar Share(PartyId pid) => _shares[pid];

    public static async Task<SharedKey> MakeAsync(Stranger stranger, Suite suite, KeyMaker maker, string seed)
    {
        if (maker == KeyMaker.OurKeyGeneration)
        {
            var ours = new SigningKey(Threshold, 3, seed, suite);
            return new(ours.Committee, ours.Record, ours.Shares);
        }
        var committee = Committee.OfSize(3, seed);
        var made = await stranger.AskAsync(new JsonObject
        {
            ["do"] = maker == KeyMaker.TheirDealer ? "deal" : "dkg", ["suite"] = suite.HashName(), ["threshold"] = Threshold, ["pids"] = PidsOf(committee),
        });
        byte[] Hex(string list, PartyId pid) => Convert.FromHexString(made.GetProperty(list).GetProperty($"{pid.Value}").GetString()!);
        var group = Groups.For(suite.Curve());
        var shares = new Dictionary<PartyId, SecretScalar>();
        foreach (var pid in committee.Pids)
        {
            Assert.True(SecretScalar.TryDecode(group, Hex("shares", pid), out var share));
            Assert.Equal(Hex("publicShares", pid), share.MultiplyBase().Encode());
            shares.Add(pid, share);
        }
        return new(
            committee,
            new(suite, new(new Bytes32(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(seed)))), 0, Threshold,
                [.. committee.Parties.Select(party => new KeyParty(party.Pid, party.Nid, Hex("publicShares", party.Pid)))],
                Convert.FromHexString(made.GetProperty("publicKey").GetString()!), new(new Bytes32(SHA256.HashData("chain code"u8)))),
            shares);
    }

    /// <summary>Gives the stranger a party's share; with a root it tweaks what it got by itself.</summary>
    /// <returns>The key as the stranger then knows it.</returns>
    public async Task<byte[]> GiveAsync(Stranger stranger, PartyId pid, byte[]? root)
    {
        var request = new JsonObject
        {
            ["do"] = "adopt", ["suite"] = Record.Suite.HashName(), ["threshold"] = Threshold, ["pids"] = PidsOf(Committee),
            ["publicKey"] = Convert.ToHexStringLower(Record.PublicKey.Span),
            ["shares"] = new JsonObject(Record.Parties.Select(party => KeyValuePair.Create(
                $"{party.Pid.Value}", (JsonNode?)Convert.ToHexStringLower(party.PublicShare.Span)))),
            ["pid"] = (int)pid.Value, ["share"] = Convert.ToHexStringLower(_shares[pid].ToPublic().Encode()),
        };
        if (root is not null)
            request["root"] = Convert.ToHexStringLower(root);
        return Convert.FromHexString((await stranger.AskAsync(request)).GetProperty("publicKey").GetString()!);
    }

    private static JsonArray PidsOf(Committee committee) => [.. committee.Pids.Select(pid => (JsonNode)(int)pid.Value)];

    public void Dispose()
    {
        foreach (var share in _shares.Values)
            share.Dispose();
        Committee.Dispose();
    }
}
