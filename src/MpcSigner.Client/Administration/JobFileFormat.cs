using System.Text.Json;
using System.Text.Json.Serialization;
using MpcSigner.Client.Errors;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Client.Administration;

/// <summary>A job file's JSON: base64 of the exact bodies and their signatures. Every bound of a node holds here too.</summary>
internal static class JobFileFormat
{
    private const string Kind = "mpcsigner orders";
    private const int Version = 1;

    /// <summary>Eight jobs of 6 MiB in base64.</summary>
    private const int MaxFileBytes = 64 << 20;
    private const int MaxJobs = 64;
    private const int MaxCommands = 1_000;
    private const int MaxTitleLength = 200;
    private const int SignatureBytes = 64;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private sealed record Document(string Kind, int Version, string Cluster, string Title, IReadOnlyList<Job> Jobs, IReadOnlyList<Command> Commands);

    private sealed record Job(string Node, IReadOnlyList<IReadOnlyList<Order>> Steps);

    private sealed record Command(string Node, Order Order);

    private sealed record Order(string Body, IReadOnlyList<Signature> Signatures);

    private sealed record Signature(string Administrator, [property: JsonPropertyName("signature")] string Bytes);

    public static byte[] Write(JobFile file) => JsonSerializer.SerializeToUtf8Bytes(new Document(Kind, Version, file.ClusterId, file.Title,
        [.. file.Jobs.Select(j => new Job(j.Node, [.. j.Steps.Select(s => (IReadOnlyList<Order>)[.. s.Orders.Select(ToJson)])]))],
        [.. file.Commands.Select(c => new Command(c.Node, ToJson(c.Order)))]), Json);

    public static JobFile Read(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaxFileBytes)
            throw Wrong($"it has {json.Length} bytes, at most {MaxFileBytes} are allowed");
        Document? document;
        try
        {
            document = JsonSerializer.Deserialize<Document>(json, Json);
        }
        catch (JsonException e)
        {
            throw Wrong($"it is not the JSON of orders: {e.Message}", e);
        }
        if (document is not { Kind: Kind, Cluster: not null, Title: not null, Jobs: not null, Commands: not null })
            throw Wrong("it is another kind of file");
        if (document.Version != Version)
            throw Wrong($"its version is {document.Version}, this release reads {Version}");
        if (!ClusterId.TryParse(document.Cluster, out var cluster))
            throw Wrong("its cluster is no id");
        if (document.Title.Length is 0 or > MaxTitleLength || !OneLine.Holds(document.Title))
            throw Wrong("its title is missing, too long, or holds control characters");
        if (document.Jobs.Count > MaxJobs || document.Commands.Count > MaxCommands || document.Jobs.Count + document.Commands.Count == 0)
            throw Wrong($"it has {document.Jobs.Count} jobs and {document.Commands.Count} commands");
        return new(cluster, document.Title, [.. document.Jobs.Select(ReadJob)], [.. document.Commands.Select(c => new FiledCommand(c?.Node ?? "", ReadOrder(c?.Order)))]);
    }

    private static Order ToJson(SignedOrder order) => new(Convert.ToBase64String(order.Body.Span),
        [.. order.Signatures.Select(s => new Signature(s.Administrator.ToString(), Convert.ToBase64String(s.Signature.Span)))]);

    private static FiledJob ReadJob(Job job)
    {
        if (job is not { Node: not null, Steps.Count: > 0 and <= JobBuilder.MaxSteps } || job.Steps.Any(s => s is not { Count: > 0 and <= JobStep.MaxOrders }))
            throw Wrong($"a job has 1..{JobBuilder.MaxSteps} steps of 1..{JobStep.MaxOrders} orders and names a node");
        return new(job.Node, [.. job.Steps.Select(s => new FiledStep([.. s.Select(ReadOrder)]))]);
    }

    private static SignedOrder ReadOrder(Order? order)
    {
        if (order is not { Body: not null, Signatures: { Count: <= SignedOrder.MaxSignatures } signatures })
            throw Wrong("an order lacks its body or its list of signatures");
        List<OrderSignature> read = [];
        foreach (var signature in signatures)
        {
            if (signature is null || !AdministratorId.TryParse(signature.Administrator, out var administrator) || Decode(signature.Bytes) is not { Length: SignatureBytes } bytes)
                throw Wrong("a signature is not an administrator's id with 64 bytes in base64");
            read.Add(new(administrator, bytes));
        }
        if (Decode(order.Body) is not { Length: > 0 and <= SignedOrder.MaxBodyBytes } body)
            throw Wrong("the body of an order is not base64, or too long");
        if (!new RequestBodyCodec().TryDecode(body, out _, out var error))
            throw Wrong($"the body of an order is refused: {error.Message}");
        var whole = new SignedOrder(body, read);
        return OrderSummaries.TryRead(whole) is null
            ? throw Wrong("an order is none of administrators, or its signatures do not ascend, each once")
            : whole;
    }

    private static byte[]? Decode(string? text)
    {
        var bytes = new byte[(text?.Length ?? 0) / 4 * 3];
        return text is not null && Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }

    private static MpcSignerException Wrong(string what, Exception? inner = null) =>
        Failures.Configuration($"The file of orders cannot be used: {what}.", "Give the file as mpcsigner wrote it, byte for byte.", inner);
}
