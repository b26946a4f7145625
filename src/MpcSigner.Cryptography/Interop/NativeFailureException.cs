namespace MpcSigner.Cryptography.Interop;

/// <summary>A native function reported a failure that only a wrong call or a broken library can cause. Carries no data of the call.</summary>
public sealed class NativeFailureException(string function, int returnCode)
    : Exception($"native function {function} failed with {returnCode}")
{
    public string Function { get; } = function;

    public int ReturnCode { get; } = returnCode;
}
