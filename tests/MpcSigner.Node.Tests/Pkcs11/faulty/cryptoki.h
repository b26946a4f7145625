/* The part of pkcs11t.h that a wrapping module needs: Linux layout, no packing. */
#pragma once
#include <stddef.h>

typedef unsigned char CK_BYTE;
typedef unsigned long CK_ULONG;
typedef unsigned long CK_RV;
typedef struct { CK_BYTE major, minor; } CK_VERSION;
typedef struct { CK_ULONG type; void *pValue; CK_ULONG ulValueLen; } CK_ATTRIBUTE;
typedef struct { CK_ULONG mechanism; void *pParameter; CK_ULONG ulParameterLen; } CK_MECHANISM;
typedef struct { CK_BYTE *pIv; CK_ULONG ulIvLen, ulIvBits; CK_BYTE *pAAD; CK_ULONG ulAADLen, ulTagBits; } CK_GCM_PARAMS;
typedef struct { CK_BYTE *pIv; CK_ULONG ulIvLen; CK_BYTE *pAAD; CK_ULONG ulAADLen, ulTagBits; } CK_GCM_PARAMS_SHORT;
typedef struct {
  CK_BYTE label[32], manufacturerID[32], model[16], serialNumber[16];
  CK_ULONG flags, ulMaxSessionCount, ulSessionCount, ulMaxRwSessionCount, ulRwSessionCount, ulMaxPinLen, ulMinPinLen;
  CK_ULONG ulTotalPublicMemory, ulFreePublicMemory, ulTotalPrivateMemory, ulFreePrivateMemory;
  CK_VERSION hardwareVersion, firmwareVersion;
  CK_BYTE utcTime[16];
} CK_TOKEN_INFO;
typedef struct { const char *pInterfaceName; void *pFunctionList; CK_ULONG flags; } CK_INTERFACE;

/* CK_FUNCTION_LIST as an array: version, then 68 functions in the standard's order. */
#define FUNCTIONS 68
typedef struct { CK_VERSION version; void *function[FUNCTIONS]; } CK_FUNCTION_LIST;
enum {
  F_Initialize = 0, F_Finalize = 1, F_GetInfo = 2, F_GetFunctionList = 3, F_GetSlotList = 4, F_GetTokenInfo = 6, F_GetMechanismList = 7,
  F_GetMechanismInfo = 8, F_OpenSession = 12, F_CloseSession = 13, F_CloseAllSessions = 14, F_GetSessionInfo = 15, F_Login = 18, F_Logout = 19,
  F_CreateObject = 20, F_DestroyObject = 22, F_GetAttributeValue = 24, F_FindObjectsInit = 26, F_FindObjects = 27, F_FindObjectsFinal = 28,
  F_EncryptInit = 29, F_Encrypt = 30, F_DecryptInit = 33, F_Decrypt = 34, F_SignInit = 42, F_Sign = 43, F_GenerateKey = 58, F_GenerateKeyPair = 59,
  F_WrapKey = 60, F_UnwrapKey = 61, F_SeedRandom = 63, F_GenerateRandom = 64
};

#define CKR_OK 0x0UL
#define CKR_SLOT_ID_INVALID 0x3UL
#define CKR_DEVICE_REMOVED 0x32UL
#define CKR_MECHANISM_PARAM_INVALID 0x71UL
#define CKR_SESSION_COUNT 0xB1UL
#define CKR_SESSION_HANDLE_INVALID 0xB3UL
#define CKR_CURVE_NOT_SUPPORTED 0x140UL
#define CKM_AES_GCM 0x1087UL
#define CKA_EC_PARAMS 0x180UL
#define CKA_EC_POINT 0x181UL
