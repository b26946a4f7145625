using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>A call by a client that is not ours: <c>grpc-js</c> or <c>grpcio</c>, over mutual TLS, to any server: ours or a whole node.</summary>
/// <param name="Judge">"grpc-js" or "grpcio".</param>
/// <param name="Address">host:port.</param>
/// <param name="AuthorityPath">PEM file of the authority that the server's certificate comes from.</param>
internal sealed record ForeignCall(string Judge, string Address, string AuthorityPath)
{
    /// <summary>PEM file of the client's certificate; null for none.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>PEM file of its key.</summary>
    public string? KeyPath { get; init; }

    /// <summary>A name that the server's certificate bears.</summary>
    public string ServerName { get; init; } = "localhost";

    /// <summary>The proto, relative to <see cref="ProtoFolder"/>.</summary>
    public string Proto { get; init; } = "rpc_test.proto";

    public string ProtoFolder { get; init; } = Path.Combine(Judges.Repository, "tests", "MpcSigner.Node.Tests", "Rpc", "Protos");

    /// <summary>The descriptor set beside the test's assembly that holds the same: rpc_test.protoset or wire.protoset.</summary>
    public string Descriptors { get; init; } = "rpc_test.protoset";

    /// <summary>The same caller for a service of Wire, such as <c>grpc/health/v1/health.proto</c>.</summary>
    public ForeignCall OfWire(string proto) => this with
    {
        Proto = proto,
        ProtoFolder = Path.Combine(Judges.Repository, "src", "MpcSigner.Wire", "Protos"),
        Descriptors = "wire.protoset",
    };

    /// <summary>The same caller with a certificate of ours, or none.</summary>
    public ForeignCall As(Certificates certificates, X509Certificate2? client)
    {
        if (client is null)
            return this with { CertificatePath = null, KeyPath = null };
        var (certificate, key) = certificates.Write(client, "foreign-" + Guid.NewGuid().ToString("N"));
        return this with { CertificatePath = certificate, KeyPath = key };
    }

    /// <summary>Calls a method; see tests/judges/grpc/call.mjs for the arguments and the result.</summary>
    public Task<JsonElement> CallAsync(string method, params string[] arguments)
    {
        List<string> all = ["--address", Address, "--authority", AuthorityPath, "--server-name", ServerName, "--method", method];
        if (CertificatePath is not null && KeyPath is not null)
            all.AddRange(["--certificate", CertificatePath, "--key", KeyPath]);
        switch (Judge)
        {
            case "grpc-js":
                all.AddRange(["--protos", ProtoFolder, "--proto", Proto, .. arguments]);
                return Judges.NodeAsync("grpc/call.mjs", [.. all]);
            case "grpcio":
                all.AddRange(["--descriptors", Path.Combine(AppContext.BaseDirectory, Descriptors), .. arguments]);
                return Judges.PythonAsync("grpc/call.py", [.. all]);
            default:
                throw new InvalidOperationException($"There is no judge {Judge}.");
        }
    }
}
