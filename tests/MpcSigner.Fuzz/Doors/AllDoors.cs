using MpcSigner.Fuzz.Engine;

namespace MpcSigner.Fuzz.Doors;

/// <summary>Every place where bytes from outside enter. A decoder that stands in none of them fails <see cref="DecoderListTests"/>.</summary>
internal static class AllDoors
{
    public static IReadOnlyList<Door> List { get; } =
    [
        .. CoreDoors.All, .. ProtocolDoors.All, .. CoordinationDoors.All, .. WireDoors.All, .. PeerDoors.All, .. RpcDoors.All, .. ChainDoors.All, .. DocumentDoors.All,
        .. VaultDoors.All, .. CertificateDoors.All, .. ClientDoors.All, .. TokenDoors.All, .. StorageDoors.All, .. MachineDoors.All, .. SessionDoors.All,
    ];

    public static Door? Find(string name) => List.FirstOrDefault(door => door.Name == name);
}
