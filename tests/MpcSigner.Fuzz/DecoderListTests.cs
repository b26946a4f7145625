using System.Reflection;
using MpcSigner.Fuzz.Doors;
using Xunit;

namespace MpcSigner.Fuzz;

/// <summary>No decoder without a door: whoever writes one adds it to a door, or says here why nothing from outside reaches it.</summary>
public sealed class DecoderListTests
{
    private static readonly string[] s_names = ["TryDecode", "TryRead", "TryParse"];

    /// <summary>Type.Method → why it needs no door of its own.</summary>
    private static readonly Dictionary<string, string> s_exempt = new()
    {
        ["PresignOpening.TryRead"] = "reads within messages of machine/messages",
        ["DkgOpening.TryDecode"] = "reads within messages of machine/messages",
        ["MaintenanceOpening.TryDecode"] = "reads within messages of machine/messages",
        ["ShareConfirmation.TryDecode"] = "reads within messages of machine/messages",
        ["OnlineEquation.TryRead"] = "takes a request that protocols/online-request has decoded",
        ["FrostPartialAnswer.TryRead"] = "takes a question that coordination/question has decoded; its bytes are protocols/frost-request",
        ["EcdsaPartialAnswer.TryRead"] = "takes a question that coordination/question has decoded; its bytes are protocols/online-request",
        ["NodeEntry.TryRead"] = "reads a folder that cluster init has written on the same machine",
    };

    private static readonly Assembly[] s_assemblies =
    [
        typeof(Core.Keys.KeyRecord).Assembly, typeof(Cryptography.Groups.Groups).Assembly, typeof(Cryptography.Secrets.Scalars.SecretScalar).Assembly,
        typeof(Protocols.Sessions.Join).Assembly, typeof(Chains.PayloadDecoder).Assembly, typeof(Policy.ClusterPolicy).Assembly, typeof(Coordination.NodeMachine).Assembly,
        typeof(Verification.Keys.KeyVerifier).Assembly, typeof(Wire.Requests.RequestBodyCodec).Assembly, typeof(Rpc.RpcChannel).Assembly, typeof(Rpc.Server.RpcKestrel).Assembly,
        typeof(Documents.DocumentError).Assembly, typeof(Storage.Sqlite.SqliteNodeStore).Assembly, typeof(Pkcs11.Modules.CryptokiModule).Assembly,
        typeof(Node.Host.NodeServer).Assembly, typeof(Client.MpcSignerClient).Assembly, typeof(Cli.CliException).Assembly,
    ];

    [Fact]
    public void Every_decoder_stands_behind_a_door()
    {
        var behind = AllDoors.List.SelectMany(door => door.Covers).ToHashSet();
        var decoders = Decoders().ToList();
        Assert.True(decoders.Count > 80, $"{decoders.Count} decoders found: the assemblies were not read");
        Assert.Empty(decoders.Where(name => !behind.Contains(name) && !s_exempt.ContainsKey(name)).Order());
    }

    [Fact]
    public void No_door_and_no_exemption_names_what_is_not_there()
    {
        var methods = s_assemblies.SelectMany(Types).SelectMany(type => type.GetMethods(All).Select(method => $"{type.Name}.{method.Name}")).ToHashSet();
        Assert.Empty(AllDoors.List.SelectMany(door => door.Covers).Concat(s_exempt.Keys).Where(name => !methods.Contains(name)).Order());
        Assert.Equal(AllDoors.List.Count, AllDoors.List.Select(door => door.Name).Distinct().Count());
    }

    private const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static IEnumerable<Type> Types(Assembly assembly) => assembly.GetTypes().Where(type => type.Namespace?.StartsWith("MpcSigner", StringComparison.Ordinal) == true);

    /// <summary>Static and not private: what other classes hand bytes to. Generated code is protobuf's.</summary>
    private static IEnumerable<string> Decoders() =>
        from assembly in s_assemblies
        from type in Types(assembly)
        where type.Namespace is not ("MpcSigner.Wire.V1" or "MpcSigner.Wire.GoogleRpc")
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        where !method.IsPrivate && s_names.Contains(method.Name)
        select $"{type.Name}.{method.Name}";
}
