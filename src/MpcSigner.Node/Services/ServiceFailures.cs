using Grpc.Core;
using Microsoft.Extensions.Logging;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Ports;
using MpcSigner.Node.Log;
using MpcSigner.Wire.Errors;

namespace MpcSigner.Node.Services;

/// <summary>What a handler let out, as the caller may see it.</summary>
internal sealed class ServiceFailures(ILogger logger)
{
    public RpcException Map(Exception exception)
    {
        switch (exception)
        {
            case ServiceException refused:
                return StatusMapping.ToException(refused.Error);
            case StoreUnavailableException:
                return StatusMapping.ToException(new(Reason.StorageUnavailable, "This node cannot read its database at the moment.", "Try again, or ask another node."));
            default:
                NetworkLog.ServiceFailed(logger, exception.TargetSite?.Name ?? "?", exception);
                return StatusMapping.ToException(new(Reason.InternalError, "This node failed by a defect of its program.", "Tell its operator, who finds the details in its log."));
        }
    }
}
