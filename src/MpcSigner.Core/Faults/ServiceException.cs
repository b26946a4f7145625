namespace MpcSigner.Core.Faults;

/// <summary>Carries a <see cref="ServiceError"/> where control flow leaves by throwing (adapters and tools; the pure ring returns it).</summary>
public sealed class ServiceException(ServiceError error, Exception? inner = null)
    : Exception($"{error.Message} {error.NextStep}", inner)
{
    public ServiceError Error { get; } = error;
}
