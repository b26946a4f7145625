using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>A call by a client that is not ours: <c>grpc-js</c> or <c>grpcio</c>, over mutual TLS.</summary>
/// <param name="Judge">"grpc-js" or "grpcio".</param>
/// <param name="Address">host:port of any server, ours or a whole node.</param>
/// <param name="Certificates">Whose authority the server's certificate comes from.</param>
/// <param name="Client">The client certificate; null for none.</param>
internal sealed record ForeignCall(string Judge, string Address, Certificates Certificates, X509Certificate2? Client)
{
    /// <summary>The proto, relative to <see cref="ProtoFolder"/>.</summary>
    public string Proto { get; init; } = "rpc_test.proto";

    public string ProtoFolder { get; init; } = Path.Combine(Judges.Repository, "tests", "MpcSigner.Node.Tests", "Rpc", "Protos");

    /// <summary>The descriptor set beside the test's assembly that holds the same: rpc_test.protoset or wire.protoset.</summary>
    public string Descriptors { get; init; } = "rpc_test.protoset";

    /// <summary>Calls a method; see tests/judges/grpc/call.mjs for the arguments and the result.</summary>
    public Task<JsonElement> CallAsync(string method, params string[] arguments)
    {
        List<string> all = ["--address", Address, "--authority", Certificates.AuthorityPath, "--method", method];
        if (Client is not null)
        {
            var (certificate, key) = Certificates.Write(Client, "foreign-" + Guid.NewGuid().ToString("N"));
            all.AddRange(["--certificate", certificate, "--key", key]);
        }

        switch (Judge)
        {
            case "grpc-js":
                all.AddRange(["--protos", ProtoFolder, "--proto", Proto, .. arguments]);
                return Judges.NodeAsync("grpc/call.mjs", [.. all]);
            case "grpcio":
                all.AddRange(["--descriptors", Path.Combine(AppContext.BaseDirectory, Descriptors), .. arguments]);
                return Judges.PythonAsync("grpc/call.py", [.. all]);
            default:
                throw new ArgumentOutOfRangeException(nameof(Judge));
        }
    }
}
