/* A Cryptoki module that passes everything to another one (FAULTY_INNER) and fails where rules.h says so. */
#define _GNU_SOURCE
#include "cryptoki.h"
#include "rules.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_SESSIONS 4096

static CK_FUNCTION_LIST own, *inner;
static CK_ULONG sessions[MAX_SESSIONS], slots[MAX_SESSIONS], names[FUNCTIONS][2];
static int open_sessions, was_gone;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

#define INNER(name, types) ((CK_RV (*) types)inner->function[F_##name])
#define BEFORE(name) do { CK_RV early; if (before("C_" #name, F_##name, &early)) return early; } while (0)
#define AFTER(name, rv) after("C_" #name, rv)

/* How often a function was called: for tests, by dlsym. */
CK_ULONG faulty_calls(int position) { return __atomic_load_n(&names[position][0], __ATOMIC_SEQ_CST); }

static void pause_while_unchanged(long milliseconds)
{
  unsigned version = rules_version();
  struct timespec step = { 0, 5 * 1000 * 1000 };
  for (long waited = 0; waited < milliseconds && rules_version() == version; waited += 5)
    nanosleep(&step, NULL);
}

/* A token that is pulled takes its sessions, and with them the login, along. They are closed when it is back: a call that was under way as it was pulled is still in the inner module,
   which does not survive the loss of a session that it works with. Meanwhile nothing gets there. */
static int gone(void)
{
  int now = rule("gone", NULL, NULL, 0);
  pthread_mutex_lock(&gate);
  if (!now && was_gone) {
    for (int i = 0; i < open_sessions; i++)
      INNER(CloseSession, (CK_ULONG))(sessions[i]);
    open_sessions = 0;
  }
  was_gone = now;
  pthread_mutex_unlock(&gate);
  return now;
}

static int before(const char *function, int position, CK_RV *early)
{
  long number;
  __atomic_add_fetch(&names[position][0], 1, __ATOMIC_SEQ_CST);
  if (spend("stall", function, &number))
    pause_while_unchanged(number);
  if (spend("fail", function, &number)) {
    *early = (CK_RV)number;
    return 1;
  }
  if (position > F_GetSlotList && gone()) {
    *early = CKR_DEVICE_REMOVED;
    return 1;
  }
  return 0;
}

static CK_RV after(const char *function, CK_RV rv)
{
  long number;
  return rv == CKR_OK && spend("after", function, &number) ? (CK_RV)number : rv;
}

static void wrong_length(const char *function, CK_ULONG *length)
{
  long delta;
  if (length && spend("length", function, &delta))
    *length += delta;
}

static CK_RV w_Initialize(void *args) { BEFORE(Initialize); return AFTER(Initialize, INNER(Initialize, (void *))(args)); }
static CK_RV w_Finalize(void *reserved) { BEFORE(Finalize); return INNER(Finalize, (void *))(reserved); }
static CK_RV w_GetInfo(void *info) { BEFORE(GetInfo); return INNER(GetInfo, (void *))(info); }

static CK_RV w_GetSlotList(CK_BYTE present, CK_ULONG *list, CK_ULONG *count)
{
  BEFORE(GetSlotList);
  if (gone()) {
    *count = 0;
    return CKR_OK;
  }
  CK_RV rv = INNER(GetSlotList, (CK_BYTE, CK_ULONG *, CK_ULONG *))(present, list, count);
  wrong_length("C_GetSlotList", count);
  return rv;
}

static CK_RV w_GetTokenInfo(CK_ULONG slot, CK_TOKEN_INFO *info)
{
  char value[80];
  BEFORE(GetTokenInfo);
  CK_RV rv = INNER(GetTokenInfo, (CK_ULONG, CK_TOKEN_INFO *))(slot, info);
  if (rule("serial", NULL, value, sizeof value)) {
    memset(info->serialNumber, ' ', sizeof info->serialNumber);
    memcpy(info->serialNumber, value, strnlen(value, sizeof info->serialNumber));
  }
  if (rule("flags", NULL, value, sizeof value))
    info->flags |= strtoul(value, NULL, 0);
  if (rule("max-sessions", NULL, value, sizeof value))
    info->ulMaxSessionCount = strtoul(value, NULL, 0);
  return rv;
}

static CK_RV w_GetMechanismList(CK_ULONG slot, CK_ULONG *list, CK_ULONG *count)
{
  char value[8];
  BEFORE(GetMechanismList);
  CK_RV rv = INNER(GetMechanismList, (CK_ULONG, CK_ULONG *, CK_ULONG *))(slot, list, count);
  if (rv == CKR_OK && list) {
    CK_ULONG kept = 0;
    for (CK_ULONG i = 0; i < *count; i++) {
      char number[24];
      snprintf(number, sizeof number, "0x%lX", list[i]);
      if (!rule("no-mechanism", number, value, sizeof value))
        list[kept++] = list[i];
    }
    *count = kept;
  }
  wrong_length("C_GetMechanismList", count);
  return rv;
}

static CK_RV w_OpenSession(CK_ULONG slot, CK_ULONG flags, void *application, void *notify, CK_ULONG *session)
{
  char value[80];
  BEFORE(OpenSession);
  int limit = rule("sessions", NULL, value, sizeof value) ? atoi(value) : MAX_SESSIONS;
  pthread_mutex_lock(&gate);
  CK_RV rv = open_sessions >= limit ? CKR_SESSION_COUNT
    : INNER(OpenSession, (CK_ULONG, CK_ULONG, void *, void *, CK_ULONG *))(slot, flags, application, notify, session);
  if (rv == CKR_OK) {
    slots[open_sessions] = slot;
    sessions[open_sessions++] = *session;
  }
  pthread_mutex_unlock(&gate);
  return AFTER(OpenSession, rv);
}

static CK_RV w_CloseSession(CK_ULONG session)
{
  BEFORE(CloseSession);
  pthread_mutex_lock(&gate);
  for (int i = 0; i < open_sessions; i++)
    if (sessions[i] == session) {
      sessions[i] = sessions[--open_sessions];
      slots[i] = slots[open_sessions];
    }
  pthread_mutex_unlock(&gate);
  return INNER(CloseSession, (CK_ULONG))(session);
}

static CK_RV w_GetSessionInfo(CK_ULONG session, void *info) { BEFORE(GetSessionInfo); return INNER(GetSessionInfo, (CK_ULONG, void *))(session, info); }

static CK_RV w_Login(CK_ULONG session, CK_ULONG user, CK_BYTE *pin, CK_ULONG length)
{
  BEFORE(Login);
  return AFTER(Login, INNER(Login, (CK_ULONG, CK_ULONG, CK_BYTE *, CK_ULONG))(session, user, pin, length));
}

static CK_RV w_Logout(CK_ULONG session) { BEFORE(Logout); return INNER(Logout, (CK_ULONG))(session); }

static CK_RV w_CreateObject(CK_ULONG session, CK_ATTRIBUTE *template, CK_ULONG count, CK_ULONG *object)
{
  BEFORE(CreateObject);
  return INNER(CreateObject, (CK_ULONG, CK_ATTRIBUTE *, CK_ULONG, CK_ULONG *))(session, template, count, object);
}

static CK_RV w_DestroyObject(CK_ULONG session, CK_ULONG object) { BEFORE(DestroyObject); return INNER(DestroyObject, (CK_ULONG, CK_ULONG))(session, object); }

static CK_RV w_GetAttributeValue(CK_ULONG session, CK_ULONG object, CK_ATTRIBUTE *template, CK_ULONG count)
{
  char number[24], value[80];
  BEFORE(GetAttributeValue);
  CK_RV rv = INNER(GetAttributeValue, (CK_ULONG, CK_ULONG, CK_ATTRIBUTE *, CK_ULONG))(session, object, template, count);
  for (CK_ULONG i = 0; i < count && rv == CKR_OK; i++) {
    CK_BYTE *bytes = template[i].pValue;
    snprintf(number, sizeof number, "0x%lX", template[i].type);
    if (bytes && rule("attribute", number, value, sizeof value))
      bytes[0] = (CK_BYTE)atoi(value);
    if (bytes && template[i].type == CKA_EC_POINT && bytes[0] == 4 && rule("point", "raw", value, sizeof value))
      memmove(bytes, bytes + 2, template[i].ulValueLen -= 2);
    else if (bytes && template[i].type == CKA_EC_POINT && bytes[0] == 4 && rule("point", "bit", value, sizeof value)) {
      memmove(bytes + 3, bytes + 2, template[i].ulValueLen - 2);
      bytes[0] = 3, bytes[1]++, bytes[2] = 0;
      template[i].ulValueLen++;
    }
    wrong_length("C_GetAttributeValue", &template[i].ulValueLen);
  }
  return rv;
}

static CK_RV w_FindObjectsInit(CK_ULONG session, CK_ATTRIBUTE *template, CK_ULONG count)
{
  long number;
  BEFORE(FindObjectsInit);
  if (spend("logout", "C_FindObjectsInit", &number))
    INNER(Logout, (CK_ULONG))(session);
  return INNER(FindObjectsInit, (CK_ULONG, CK_ATTRIBUTE *, CK_ULONG))(session, template, count);
}

static CK_RV w_FindObjects(CK_ULONG session, CK_ULONG *objects, CK_ULONG most, CK_ULONG *count)
{
  BEFORE(FindObjects);
  CK_RV rv = INNER(FindObjects, (CK_ULONG, CK_ULONG *, CK_ULONG, CK_ULONG *))(session, objects, most, count);
  wrong_length("C_FindObjects", count);
  return rv;
}

static CK_RV w_FindObjectsFinal(CK_ULONG session) { BEFORE(FindObjectsFinal); return INNER(FindObjectsFinal, (CK_ULONG))(session); }

/* Gives the inner module what it takes, in the place of what a module of another kind would have taken. */
static CK_RV gcm(CK_MECHANISM *given, CK_MECHANISM *passed, CK_GCM_PARAMS *parameters, CK_BYTE iv[12], int encrypts)
{
  char value[8];
  static const CK_BYTE zeros[12];
  *passed = *given;
  if (given->mechanism != CKM_AES_GCM)
    return CKR_OK;
  int unchecked = rule("gcm", "short-unchecked", value, sizeof value);
  if (unchecked || rule("gcm", "short", value, sizeof value)) {
    CK_GCM_PARAMS_SHORT *brief = given->pParameter;
    if (!unchecked && given->ulParameterLen != sizeof *brief)
      return CKR_MECHANISM_PARAM_INVALID;
    if (unchecked && given->ulParameterLen != sizeof *brief && brief->ulAADLen)
      abort();   /* it would follow a stray pointer */
    *parameters = (CK_GCM_PARAMS){ brief->pIv, brief->ulIvLen, brief->ulIvLen * 8, brief->ulAADLen ? brief->pAAD : NULL, brief->ulAADLen, brief->ulTagBits };
  } else {
    if (given->ulParameterLen != sizeof *parameters)
      return CKR_MECHANISM_PARAM_INVALID;
    *parameters = *(CK_GCM_PARAMS *)given->pParameter;
  }
  passed->pParameter = parameters;
  passed->ulParameterLen = sizeof *parameters;
  if (!encrypts)
    return CKR_OK;
  if (rule("gcm", "own-iv", value, sizeof value) || rule("gcm", "zero-iv", value, sizeof value)) {
    if (memcmp(parameters->pIv, zeros, sizeof zeros))
      return CKR_MECHANISM_PARAM_INVALID;
    if (rule("gcm", "own-iv", value, sizeof value))
      return INNER(GenerateRandom, (CK_ULONG, CK_BYTE *, CK_ULONG))(sessions[0], parameters->pIv, 12);
  } else if (rule("gcm", "hidden-iv", value, sizeof value)) {
    parameters->pIv = iv;
    return INNER(GenerateRandom, (CK_ULONG, CK_BYTE *, CK_ULONG))(sessions[0], iv, 12);
  }
  return CKR_OK;
}

static CK_RV keyed(int position, CK_ULONG session, CK_MECHANISM *mechanism, CK_ULONG key)
{
  CK_MECHANISM passed;
  CK_GCM_PARAMS parameters;
  CK_BYTE iv[12];
  CK_RV rv = gcm(mechanism, &passed, &parameters, iv, position == F_EncryptInit);
  return rv != CKR_OK ? rv : ((CK_RV (*)(CK_ULONG, CK_MECHANISM *, CK_ULONG))inner->function[position])(session, &passed, key);
}

static CK_RV w_EncryptInit(CK_ULONG session, CK_MECHANISM *mechanism, CK_ULONG key) { BEFORE(EncryptInit); return keyed(F_EncryptInit, session, mechanism, key); }
static CK_RV w_DecryptInit(CK_ULONG session, CK_MECHANISM *mechanism, CK_ULONG key) { BEFORE(DecryptInit); return keyed(F_DecryptInit, session, mechanism, key); }
static CK_RV w_SignInit(CK_ULONG session, CK_MECHANISM *mechanism, CK_ULONG key) { BEFORE(SignInit); return keyed(F_SignInit, session, mechanism, key); }

#define TRANSFORM(name) \
  static CK_RV w_##name(CK_ULONG session, CK_BYTE *input, CK_ULONG length, CK_BYTE *output, CK_ULONG *output_length) \
  { \
    BEFORE(name); \
    CK_RV rv = INNER(name, (CK_ULONG, CK_BYTE *, CK_ULONG, CK_BYTE *, CK_ULONG *))(session, input, length, output, output_length); \
    wrong_length("C_" #name, output_length); \
    return AFTER(name, rv); \
  }
TRANSFORM(Encrypt)
TRANSFORM(Decrypt)
TRANSFORM(Sign)

static CK_RV w_GenerateKey(CK_ULONG session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *template, CK_ULONG count, CK_ULONG *key)
{
  BEFORE(GenerateKey);
  return AFTER(GenerateKey, INNER(GenerateKey, (CK_ULONG, CK_MECHANISM *, CK_ATTRIBUTE *, CK_ULONG, CK_ULONG *))(session, mechanism, template, count, key));
}

static CK_RV w_GenerateKeyPair(CK_ULONG session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *open, CK_ULONG open_count, CK_ATTRIBUTE *secret, CK_ULONG secret_count,
  CK_ULONG *public_key, CK_ULONG *private_key)
{
  static CK_BYTE oid[] = { 6, 3, 0x2B, 0x65, 0x70 }, name[] = { 0x13, 12, 'e', 'd', 'w', 'a', 'r', 'd', 's', '2', '5', '5', '1', '9' };
  char value[8];
  BEFORE(GenerateKeyPair);
  int by_name = rule("curve", "name", value, sizeof value), by_oid = rule("curve", "oid", value, sizeof value);
  for (CK_ULONG i = 0; i < open_count; i++)
    if (open[i].type == CKA_EC_PARAMS && (by_name || by_oid)) {
      if (*(CK_BYTE *)open[i].pValue != (by_name ? name[0] : oid[0]))
        return CKR_CURVE_NOT_SUPPORTED;
      if (getenv("FAULTY_CURVE_BY_NAME"))
        open[i].pValue = name, open[i].ulValueLen = sizeof name;
      else
        open[i].pValue = oid, open[i].ulValueLen = sizeof oid;
    }
  return INNER(GenerateKeyPair, (CK_ULONG, CK_MECHANISM *, CK_ATTRIBUTE *, CK_ULONG, CK_ATTRIBUTE *, CK_ULONG, CK_ULONG *, CK_ULONG *))(
    session, mechanism, open, open_count, secret, secret_count, public_key, private_key);
}

static CK_RV w_WrapKey(CK_ULONG session, CK_MECHANISM *mechanism, CK_ULONG wrapping, CK_ULONG key, CK_BYTE *output, CK_ULONG *length)
{
  BEFORE(WrapKey);
  CK_RV rv = INNER(WrapKey, (CK_ULONG, CK_MECHANISM *, CK_ULONG, CK_ULONG, CK_BYTE *, CK_ULONG *))(session, mechanism, wrapping, key, output, length);
  wrong_length("C_WrapKey", length);
  return rv;
}

static CK_RV w_UnwrapKey(CK_ULONG session, CK_MECHANISM *mechanism, CK_ULONG unwrapping, CK_BYTE *wrapped, CK_ULONG length, CK_ATTRIBUTE *template, CK_ULONG count, CK_ULONG *key)
{
  BEFORE(UnwrapKey);
  return INNER(UnwrapKey, (CK_ULONG, CK_MECHANISM *, CK_ULONG, CK_BYTE *, CK_ULONG, CK_ATTRIBUTE *, CK_ULONG, CK_ULONG *))(
    session, mechanism, unwrapping, wrapped, length, template, count, key);
}

static CK_RV w_SeedRandom(CK_ULONG session, CK_BYTE *seed, CK_ULONG length) { BEFORE(SeedRandom); return INNER(SeedRandom, (CK_ULONG, CK_BYTE *, CK_ULONG))(session, seed, length); }

static CK_RV w_GenerateRandom(CK_ULONG session, CK_BYTE *output, CK_ULONG length)
{
  BEFORE(GenerateRandom);
  return AFTER(GenerateRandom, INNER(GenerateRandom, (CK_ULONG, CK_BYTE *, CK_ULONG))(session, output, length));
}

static CK_RV load_inner(void)
{
  if (inner)
    return CKR_OK;
  const char *path = getenv("FAULTY_INNER");
  void *library = dlopen(path ? path : "/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW);
  CK_RV (*get)(CK_FUNCTION_LIST **) = library ? dlsym(library, "C_GetFunctionList") : NULL;
  if (!get || get(&inner) != CKR_OK)
    return 0x1B7;   /* CKR_LIBRARY_LOAD_FAILED */
  own = *inner;
#define OWN(name) own.function[F_##name] = w_##name
  OWN(Initialize); OWN(Finalize); OWN(GetInfo); OWN(GetSlotList); OWN(GetTokenInfo); OWN(GetMechanismList); OWN(OpenSession); OWN(CloseSession);
  OWN(GetSessionInfo); OWN(Login); OWN(Logout); OWN(CreateObject); OWN(DestroyObject); OWN(GetAttributeValue); OWN(FindObjectsInit); OWN(FindObjects);
  OWN(FindObjectsFinal); OWN(EncryptInit); OWN(Encrypt); OWN(DecryptInit); OWN(Decrypt); OWN(SignInit); OWN(Sign); OWN(GenerateKey); OWN(GenerateKeyPair);
  OWN(WrapKey); OWN(UnwrapKey); OWN(SeedRandom); OWN(GenerateRandom);
  return CKR_OK;
}

#ifdef ONLY_INTERFACES
static CK_INTERFACE standard = { "PKCS 11", &own, 0 };

CK_RV C_GetInterface(const char *name, CK_VERSION *version, CK_INTERFACE **found, CK_ULONG flags)
{
  (void)version, (void)flags;
  CK_RV rv = load_inner();
  own.version = (CK_VERSION){ 3, 0 };
  *found = &standard;
  return rv != CKR_OK ? rv : strcmp(name, standard.pInterfaceName) ? 7 : CKR_OK;
}
#else
CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
  CK_RV rv = load_inner();
#ifdef OLD_VERSION
  own.version = (CK_VERSION){ 1, 0 };
#endif
#ifdef LACKS_DECRYPT
  own.function[F_Decrypt] = NULL;
#endif
  *list = &own;
  return rv;
}
#endif
