using MpcSigner.Core.Keys;

namespace MpcSigner.Core.Ports;

/// <summary>Bounds of one call to the store.</summary>
public static class StoreLimits
{
    /// <summary>A batch's acknowledgement is the largest commit: one sealed share a key, its ACK, log entries.</summary>
    public const int MaxWritesPerCommit = 4 * KeyLimits.MaxBatch;

    public const int MaxQueriesPerRead = 256;

    /// <summary>Rows of one page.</summary>
    public const int MaxPage = 1_000;

    /// <summary>Rosters of one page: each may have 4 MiB.</summary>
    public const int MaxRosterPage = 16;

    /// <summary>One opaque value: a result, a sealed share, a certificate, an ACK.</summary>
    public const int MaxBlobBytes = 1 << 20;

    /// <summary>One version of the roster.</summary>
    public const int MaxRosterBytes = 4 << 20;

    /// <summary>One encoded signature of a document.</summary>
    public const int MaxDocumentSignatureBytes = 16 << 10;

    /// <summary>One evidence file.</summary>
    public const int MaxEvidenceBytes = 16 << 20;

    /// <summary>Evidence files that are kept of one culprit and kind of fault: one convicts, and many of a light fault must not hide a grave one.</summary>
    public const int MaxEvidencePerKind = 4;

    /// <summary>Evidence files that are kept of nobody in particular, of each protocol.</summary>
    public const int MaxMismatchesPerProtocol = 16;

    /// <summary>All files of one culprit together, beyond the first of each kind, or all of nobody in particular of one protocol.</summary>
    public const int MaxEvidenceBytesPerNode = 64 << 20;

    /// <summary>All evidence files together.</summary>
    public const long MaxEvidenceBytesOfAll = 1L << 30;

    /// <summary>Of an evidence file in one answer.</summary>
    public const int MaxEvidencePiece = 1 << 20;

    /// <summary>Steps of a job.</summary>
    public const int MaxJobSteps = 1_000;

    /// <summary>A job's title, detail, or a step's outcome: characters.</summary>
    public const int MaxTextLength = 4_096;

    /// <summary>A key's label.</summary>
    public const int MaxLabelLength = 64;
}
