using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Boundary;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Peers.Mapping;

internal static class AnnouncementMapping
{
    public static V1.Announcement ToWire(Announcement announcement) => new()
    {
        Nid = WireBytes.Of(announcement.Nid.Value),
        Instance = WireBytes.Of(announcement.Instance.ToArray()),
        StartCounter = announcement.StartCounter,
        TlsKey = WireBytes.Of(announcement.TlsKey.Value),
        MinVersion = announcement.MinVersion,
        MaxVersion = announcement.MaxVersion,
        ClockMs = announcement.Clock.ToUnixTimeMilliseconds(),
        RosterHash = WireBytes.Of(announcement.Roster.Value),
        PolicyHash = WireBytes.Of(announcement.Policy.Value),
        Signature = WireBytes.Of(announcement.Signature),
    };

    public static bool TryRead(V1.Announcement message, [NotNullWhen(true)] out Announcement? announcement)
    {
        announcement = null;
        if (!WireBytes.Read(message.Nid, out Core.Identities.NodeId nid) || !WireBytes.Read(message.Instance, out Core.Identities.InstanceId instance)
            || !WireBytes.Read(message.TlsKey, out Core.Identities.Digest32 tlsKey) || message.MinVersion > ushort.MaxValue || message.MaxVersion > ushort.MaxValue
            || !WireBytes.ReadTime(message.ClockMs, out var clock) || !WireBytes.Read(message.RosterHash, out Core.Identities.Digest32 roster)
            || !WireBytes.Read(message.PolicyHash, out Core.Identities.Digest32 policy) || !WireBytes.ReadSignature(message.Signature, out var signature))
            return false;
        announcement = new(nid, instance, message.StartCounter, tlsKey, (ushort)message.MinVersion, (ushort)message.MaxVersion, clock, roster, policy, signature);
        return true;
    }
}
