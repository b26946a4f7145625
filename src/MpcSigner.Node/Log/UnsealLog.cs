using Microsoft.Extensions.Logging;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Unsealing;

namespace MpcSigner.Node.Log;

/// <summary>How the seal stands, and who opens it: operators by their numbers, never a share. Event numbers 1170–1189.</summary>
internal static partial class UnsealLog
{
    [LoggerMessage(1170, LogLevel.Warning, "SEALED: waiting for {Needed} of {Operators} operators to give their shares of quorum {Quorum} with 'mpcsigner-node unseal'; calls are refused meanwhile, on {Address}")]
    public static partial void Sealed(ILogger logger, int needed, int operators, QuorumId quorum, string address);

    [LoggerMessage(1171, LogLevel.Information, "operator {Number} has given a share: {Given} of {Needed}")]
    public static partial void ShareTaken(ILogger logger, int number, int given, int needed);

    [LoggerMessage(1172, LogLevel.Warning, "a share that names operator {Number} was refused: {Verdict}")]
    public static partial void ShareRefused(ILogger logger, int number, UnsealVerdict verdict);

    [LoggerMessage(1173, LogLevel.Warning, "the unseal was not finished within {Window}: the shares of operators {Numbers} were wiped and have to be given again")]
    public static partial void Expired(ILogger logger, TimeSpan window, string numbers);

    [LoggerMessage(1174, LogLevel.Warning, "UNSEALED by operators {Numbers}")]
    public static partial void Unsealed(ILogger logger, string numbers);

    [LoggerMessage(1175, LogLevel.Warning, "a process of user {User} was turned away from the unseal socket")]
    public static partial void ForeignUser(ILogger logger, uint user);

    [LoggerMessage(1176, LogLevel.Error, "the unseal socket failed: {Why}")]
    public static partial void SocketFailed(ILogger logger, string why);

    [LoggerMessage(1180, LogLevel.Error, "TOKEN_LOST: {Why}; nothing is lost, calls are refused until the token answers, which is tried by itself")]
    public static partial void TokenLost(ILogger logger, string why);

    [LoggerMessage(1181, LogLevel.Warning, "the token answers again after {Took}: the node begins as a new instance")]
    public static partial void TokenBack(ILogger logger, TimeSpan took);

    [LoggerMessage(1182, LogLevel.Error, "{State}: {Detail} The node itself goes on; calls that need the token are refused until it answers")]
    public static partial void TokenTrouble(ILogger logger, SealState state, string detail);

    [LoggerMessage(1183, LogLevel.Warning, "UNSEALED: the token answers again")]
    public static partial void TokenHealed(ILogger logger);

    [LoggerMessage(1184, LogLevel.Information, "random bytes of token {Label} are mixed into the node's")]
    public static partial void RandomnessMixed(ILogger logger, string label);

    [LoggerMessage(1185, LogLevel.Error, "random bytes of token {Label} are not mixed in, and the node goes on with the system's: {Why}")]
    public static partial void RandomnessFailed(ILogger logger, string label, string why);
}
