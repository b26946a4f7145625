namespace Grpc.Core;

/// <summary>A status code with a sentence for people and, on the side that made it, the exception behind it.</summary>
internal readonly struct Status(StatusCode statusCode, string detail, Exception? debugException)
{
    public static readonly Status DefaultSuccess = new(StatusCode.OK, "");
    public static readonly Status DefaultCancelled = new(StatusCode.Cancelled, "");

    private readonly string? _detail = detail;

    public Status(StatusCode statusCode, string detail)
        : this(statusCode, detail, null)
    {
    }

    public StatusCode StatusCode { get; } = statusCode;

    /// <summary>What went wrong; never null. Bounded by <see cref="MpcSigner.Rpc.StatusMessage.MaxBytes"/> on the wire.</summary>
    public string Detail => _detail ?? "";

    /// <summary>The local cause, for logs. It never crosses the wire.</summary>
    public Exception? DebugException { get; } = debugException;

    public override string ToString() =>
        Detail.Length == 0 ? StatusCode.ToString() : $"{StatusCode}: {Detail}";
}
