/*
 * Names of DynamoDB's tables, as AWS allows them (API reference of DynamoDB, CreateTable:
 * TableName).
 */
#ifndef CONF_TEXT_TABLE_H
#define CONF_TEXT_TABLE_H

#include "lib/base/slice.h"

#define TABLE_NAME_RULE "3 to 255 letters, digits, _ . -"

bool table_name_is(struct slice text);

#endif
