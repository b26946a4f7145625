using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>Pushes a certificate to the other parties by calls, where no session carries it. Best effort: a party in PENDING asks for it as well.</summary>
internal static class CertificatePush
{
    public static void ToAll(Rooms rooms, Order order)
    {
        var push = new PeerCall.PushCertificate(order.Certificate());
        foreach (var (_, nid) in order.Action.Parties)
        {
            if (nid != rooms.Context.Self)
                rooms.Context.Call(nid, push, static (_, _) => { }, static _ => { });
        }
    }
}
