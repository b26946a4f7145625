using MpcSigner.HostileNode.Cheats.Dealing;
using MpcSigner.HostileNode.Cheats.Ecdsa;
using MpcSigner.HostileNode.Cheats.Frost;
using MpcSigner.HostileNode.Cheats.Relay;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats;

/// <summary>All cheats by the names of their rows: ROW@protocol.</summary>
internal static class Catalogue
{
    private static readonly Dictionary<string, Func<Cheat>> All = Collect();

    public static Cheat Make(string name) => name.Length == 0 ? new Honesty()
        : All.TryGetValue(name, out var make) ? make()
        : throw new ArgumentException($"there is no cheat '{name}'", nameof(name));

    /// <summary>Rows of key generation and maintenance that are not about a single message.</summary>
    private static IEnumerable<(string Row, Func<Cheat> Make)> PartyCheats(ProtocolKind protocol)
    {
        if (protocol == ProtocolKind.Dkg)
        {
            yield return ("T26e-pid", () => new ForgerCheat(protocol, ForgerCheat.Kind.ProofsOfOther));
            yield return ("T26e-session", () => new ForgerCheat(protocol, ForgerCheat.Kind.ProofsOfOtherSession));
        }
        else
        {
            yield return ("T27-foreign", () => new ForgerCheat(protocol, ForgerCheat.Kind.Foreign));
        }
        yield return ("T26g-dealings", () => new ForgerCheat(protocol, ForgerCheat.Kind.TwoDealings));
        yield return ("T23a", () => new SilentCheat(protocol, toAll: true));
        yield return ("T23b", () => new SilentCheat(protocol, toAll: false));
        yield return ("F-ConflictingMessages", () => new TwiceCheat(protocol, round: 1));
        yield return ("F-BadAcknowledgement", () => new SilentCheat(protocol, toAll: true, isAckBad: true));
    }

    /// <summary>Of the sessions of one protocol, or of all that run at a time in several.</summary>
    private static IEnumerable<(string Row, Func<Cheat> Make)> RelayCheats(params ProtocolKind[] protocols)
    {
        yield return ("T28a", () => new RelayCheat(protocols, RelayCheat.Way.Drop));
        yield return ("T28b", () => new RelayCheat(protocols, RelayCheat.Way.Reorder));
        yield return ("T28c", () => new RelayCheat(protocols, RelayCheat.Way.Duplicate));
        yield return ("T28d", () => new RelayCheat(protocols, RelayCheat.Way.Swap));
        yield return ("T28e", () => new RelayCheat(protocols, RelayCheat.Way.Replay));
        yield return ("T28f", () => new RelayCheat(protocols, RelayCheat.Way.Delay));
        yield return ("T28g", () => new SplitJoinsCheat(protocols));
        yield return ("T28h", () => new RelayCheat(protocols, RelayCheat.Way.ForgeSender));
    }

    private static Dictionary<string, Func<Cheat>> Collect()
    {
        Dictionary<string, Func<Cheat>> all = [];
        foreach (var (suffix, protocol) in ((string, ProtocolKind)[])[("dkg", ProtocolKind.Dkg), ("refresh", ProtocolKind.Refresh), ("reshare", ProtocolKind.Reshare), ("recovery", ProtocolKind.Recovery)])
        {
            Add(suffix, DealerCheats.Of(protocol));
            Add(suffix, PartyCheats(protocol));
            Add(suffix, RelayCheats(protocol));
            Add(suffix, [("T22", () => new SessionAgainCheat(protocol))]);
            if (protocol != ProtocolKind.Dkg)
                Add(suffix, StartCheats.OfMaintenance(protocol));
        }
        Add("maintenance", RelayCheats(ProtocolKind.Refresh, ProtocolKind.Reshare, ProtocolKind.Recovery));
        Add("presign", PresignCheats.All());
        Add("presign", RelayCheats(ProtocolKind.Presign));
        Add("presign", [("T22", () => new SessionAgainCheat(ProtocolKind.Presign))]);
        Add("presign", StartCheats.OfPresign());
        Add("setup", SetupCheats.All());
        Add("online", OnlineCheats.All());
        Add("frost", FrostCheats.All());
        return all;

        void Add(string suffix, IEnumerable<(string Row, Func<Cheat> Make)> cheats)
        {
            foreach (var (row, make) in cheats)
                all.Add($"{row}@{suffix}", make);
        }
    }
}
