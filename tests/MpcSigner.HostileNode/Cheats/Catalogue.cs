using MpcSigner.HostileNode.Cheats.Dealing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats;

/// <summary>All cheats by the names of their rows: ROW@protocol.</summary>
internal static class Catalogue
{
    private static readonly Dictionary<string, Func<Cheat>> All = Collect();

    public static Cheat Make(string name) => name.Length == 0 ? new Honesty()
        : All.TryGetValue(name, out var make) ? make()
        : throw new ArgumentException($"there is no cheat '{name}'", nameof(name));

    private static Dictionary<string, Func<Cheat>> Collect()
    {
        Dictionary<string, Func<Cheat>> all = [];
        foreach (var (suffix, protocol) in ((string, ProtocolKind)[])[("dkg", ProtocolKind.Dkg), ("refresh", ProtocolKind.Refresh), ("reshare", ProtocolKind.Reshare), ("recovery", ProtocolKind.Recovery)])
            Add(suffix, DealerCheats.Of(protocol));
        return all;

        void Add(string suffix, IEnumerable<(string Row, Func<Cheat> Make)> cheats)
        {
            foreach (var (row, make) in cheats)
                all.Add($"{row}@{suffix}", make);
        }
    }
}
